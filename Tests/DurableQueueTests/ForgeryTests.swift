import Bytes
import SimulatedFiles
import StageKit
import Testing

@testable import DurableQueue

/// Mail that looks like records of the journal, for whoever knows the format and hopes for a crash.
struct ForgeryTests {
    /// A content that is one record after the other, whole in every respect but the salt that its writer cannot know.
    private func forgery(salt: UInt64) -> [UInt8] {
        let record = PreparedRecord(
            .accepted(
                MessageRecord(
                    id: Fixture.id(666), pipeline: Fixture.pipeline, received: Timestamp(seconds: 1), arrival: 0,
                    state: MessageState(.deliver, recipientCount: 1), head: [], contentCount: 0)))
        var octets: [UInt8] = []
        // Records begin at multiples of eight octets, and the mail may begin anywhere: one of these is right.
        for shift in 0..<24 {
            octets += [UInt8](repeating: 0x20, count: shift % 3 == 0 ? 1 : 0)
            let start = octets.count
            octets += [UInt8](repeating: 0, count: RecordHeader.paddedSize(payload: record.length))
            octets.withUnsafeMutableBytes { buffer in
                let header = RecordHeader(
                    kind: record.kind, length: record.length, payloadChecksum: record.checksum, sequence: 1 << 32,
                    firstUnsynced: 1 << 32, salt: salt)
                header.write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
                UnsafeMutableRawBufferPointer(rebasing: buffer[(start + RecordHeader.size)...])
                    .copyBytes(from: record.prefix)
            }
        }
        return octets
    }

    /// The messages that a start finds after the record around the forgery was damaged.
    private func found(salt: @Sendable (SimulatedFileSystem) -> UInt64) async throws -> [MessageID] {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        var message = Fixture.message(1)
        message.content = Octets(forgery(salt: salt(disk)))
        _ = try await queue.append(message)
        try await queue.close()
        let name = try #require(try disk.list(Fixture.directory).first { $0.hasPrefix("journal-") })
        let path = Fixture.directory + "/" + name
        var content = try #require(disk.content(of: path))
        let scan = content.withUnsafeBytes { SegmentScan(number: 2, bytes: $0, following: 1) }
        let hit = try #require(scan.records.last?.offset)
        content[hit + 5] ^= 1
        disk.place(content, at: path)
        let (again, report) = try Fixture.open(disk)
        #expect(report.findings.contains { $0.file == name })
        defer { withExtendedLifetime(again) {} }
        return again.pending(limit: 9).map(\.id)
    }

    @Test func `records within a mail are not taken for records of the journal`() async throws {
        #expect(try await found { _ in 0 }.isEmpty)
    }

    @Test func `the salt alone keeps them out`() async throws {
        // With the salt that stands in the segment the forgery works: so it is whole, and the first test can fail.
        let found = try await found { disk in
            do {
                let name = try disk.list(Fixture.directory).first { $0.hasPrefix("journal-") } ?? ""
                let content = disk.content(of: Fixture.directory + "/" + name) ?? []
                return content.withUnsafeBytes { SegmentHeader($0)?.salt } ?? 0
            } catch {
                return 0
            }
        }
        #expect(found == [Fixture.id(666)])
    }

    @Test func `each segment has a salt of its own`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...40 { _ = try await queue.append(Fixture.message(number)) }
        try await queue.close()
        let salts = try disk.list(Fixture.directory).filter { $0.hasPrefix("journal-") }.compactMap { name in
            disk.content(of: Fixture.directory + "/" + name)?.withUnsafeBytes { SegmentHeader($0)?.salt }
        }
        #expect(salts.count > 3 && Set(salts).count == salts.count && !salts.contains(0))
    }
}
