import Bytes
import Files
import SimulatedFiles
import Testing

@testable import DurableQueue

/// Each group begins at a block of its own; between two of them stand zeros.
struct GroupGapTests {
    private static let salt: UInt64 = 99

    /// A segment with a record for each of these offsets, numbered from 500.
    private func segment(_ offsets: [Int], firstUnsynced: UInt64? = nil) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 4 * FileBlock.size)
        let record = PreparedRecord(.retired(through: 1))
        octets.withUnsafeMutableBytes { buffer in
            SegmentHeader(
                number: 9, firstSequence: 500, created: Timestamp(seconds: 1), size: buffer.count, salt: Self.salt
            ).write(to: buffer)
            for (sequence, offset) in zip(UInt64(500)..., offsets) {
                let header = RecordHeader(
                    kind: record.kind, length: record.length, payloadChecksum: record.checksum, sequence: sequence,
                    firstUnsynced: firstUnsynced ?? sequence, salt: Self.salt)
                header.write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]))
                UnsafeMutableRawBufferPointer(rebasing: buffer[(offset + RecordHeader.size)...])
                    .copyBytes(from: record.prefix)
            }
        }
        return octets
    }

    private func scan(_ octets: [UInt8]) -> SegmentScan {
        octets.withUnsafeBytes { SegmentScan(number: 9, bytes: $0, following: 1) }
    }

    @Test func `no block is written again once what it holds was acknowledged`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...3 { _ = try await queue.append(Fixture.message(number)) }
        try await queue.close()
        let name = try #require(try disk.list(Fixture.directory).first { $0.hasPrefix("journal-") })
        let octets = try #require(disk.content(of: Fixture.directory + "/" + name))
        let records = octets.withUnsafeBytes { bytes in
            SegmentScan(number: SegmentHeader(bytes)?.number ?? 0, bytes: bytes, following: 1).records
        }
        let messages = records.filter { $0.header.kind == .accepted }
        #expect(messages.count == 3 && messages.allSatisfy { $0.offset % FileBlock.size == 0 })
    }

    @Test func `zeros to the next block are no gap`() {
        let found = scan(segment([64, FileBlock.size, 2 * FileBlock.size]))
        #expect(found.records.map(\.header.sequence) == [500, 501, 502])
        #expect(found.gaps.isEmpty && !found.isDamaged)
    }

    @Test func `a damaged first record of a group hides none of those behind it`() {
        var octets = segment([64, FileBlock.size, 2 * FileBlock.size])
        octets[FileBlock.size + 17] ^= 4
        let found = scan(octets)
        #expect(found.records.map(\.header.sequence) == [500, 502])
        #expect(found.gaps.map(\.sequence) == [501] && found.isDamaged)
    }

    @Test func `a group that a crash kept from its first block is torn and not damaged`() {
        var octets = segment([64, FileBlock.size, 2 * FileBlock.size], firstUnsynced: 501)
        for offset in FileBlock.size..<2 * FileBlock.size { octets[offset] = 0 }
        let found = scan(octets)
        #expect(found.records.map(\.header.sequence) == [500, 502])
        #expect(found.gaps.map(\.isTorn) == [true] && !found.isDamaged)
    }

    @Test func `a damaged last group is noted, and the middle of an old mail is not taken for one`() {
        var octets = segment([64, FileBlock.size])
        octets[FileBlock.size + 17] ^= 4
        let found = scan(octets)
        #expect(found.records.map(\.header.sequence) == [500])
        #expect(found.gaps.map(\.offset) == [FileBlock.size])
        for offset in FileBlock.size..<octets.count { octets[offset] = UInt8(truncatingIfNeeded: offset) | 1 }
        #expect(scan(octets).gaps.isEmpty)
    }

    @Test func `an octet that changed between two groups costs none of them`() {
        var octets = segment([64, FileBlock.size])
        octets[2_000] = 1
        let found = scan(octets)
        #expect(found.records.map(\.header.sequence) == [500, 501])
        #expect(found.gaps.count == 1 && !found.isDamaged)
    }
}
