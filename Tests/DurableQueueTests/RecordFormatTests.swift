import Bytes
import SimulatedFiles
import StageKit
import Testing

@testable import DurableQueue

/// The records as they stand on disk.
struct RecordFormatTests {
    private let message = MessageRecord(
        id: MessageID(high: 1, low: 2), pipeline: PipelineVersion(name: "inbound", digest: "d"),
        received: Timestamp(microseconds: -5), arrival: 77, state: RecordFormatTests.state, head: [1, 2, 3],
        contentCount: 0)

    private static var state: MessageState {
        var state = MessageState(.deliver, recipientCount: 5)
        state.recipients = [
            .pending, .delivered, .bounced(reason: "b"), .discarded(step: "s", reason: "d"),
            .quarantined(step: "s", reason: "q"),
        ]
        state.attempts = 300
        state.step = "deliver.index"
        state.until = Timestamp(microseconds: 99)
        state.progress = [0, 255]
        state.released = Timestamp(microseconds: 101)
        state.digest = "other"
        state.markers = [.init(step: "deliver.index", count: 2)]
        return state
    }

    private func roundTrip(_ record: Record) throws -> Record {
        let (kind, prefix) = record.encoded()
        return try prefix.withUnsafeBytes { try Record(kind, payload: $0) }
    }

    @Test func `each kind of record reads back as it was written`() throws {
        guard case .carried(let carried) = try roundTrip(.carried(message)) else {
            Issue.record("another kind")
            return
        }
        #expect(carried == message)
        var ledger = Ledger()
        ledger.recipients.pending = -3
        ledger.messages.delivered = 1_000_000
        let change = StateChange(
            settled: [.init(index: 200, state: .delivered)],
            plan: .init(attempts: 1, step: nil, until: nil, reason: "r", progress: []), decided: Timestamp(seconds: 1))
        guard
            case .changed(let id, "inbound", change, ledger) = try roundTrip(
                .changed(message.id, pipeline: "inbound", change, ledger))
        else {
            Issue.record("another record")
            return
        }
        #expect(id == message.id)
        let ids = [message.id, MessageID(high: .max, low: 0)]
        guard case .delivered(ids, "inbound", ledger) = try roundTrip(.delivered(ids, pipeline: "inbound", ledger))
        else {
            Issue.record("another record")
            return
        }
        ledger.count(Discard(step: "s", reason: "d"), 7)
        let checkpoint = Checkpoint(
            ledgers: ["a": ledger, "b": Ledger()], segments: [.init(number: 3, end: 900, count: 5)])
        guard case .checkpoint(checkpoint) = try roundTrip(.checkpoint(checkpoint)) else {
            Issue.record("another checkpoint")
            return
        }
        guard case .retired(through: 7) = try roundTrip(.retired(through: 7)) else {
            Issue.record("another number")
            return
        }
    }

    @Test func `a payload cut anywhere is malformed, never a crash`() {
        let change = StateChange(
            settled: [.init(index: 0, state: .delivered)], plan: nil, decided: Timestamp(seconds: 1))
        for record in [
            Record.changed(message.id, pipeline: "inbound", change, Ledger()),
            .delivered([message.id, message.id], pipeline: "inbound", Ledger()),
        ] {
            let (kind, prefix) = record.encoded()
            for length in 0..<prefix.count {
                #expect(throws: MalformedRecord.self) {
                    _ = try prefix[..<length].withUnsafeBytes { try Record(kind, payload: $0) }
                }
            }
        }
    }

    @Test func `a header is 40 octets, each of which its checksum guards`() {
        let header = RecordHeader(
            kind: .accepted, length: 5_120, payloadChecksum: 0xDEAD_BEEF, sequence: 1 << 40, firstUnsynced: 9)
        var octets = [UInt8](repeating: 0, count: RecordHeader.size)
        octets.withUnsafeMutableBytes { header.write(to: $0) }
        #expect(octets[..<9] == [0x53, 0x51, 0x72, 0x31, 2, 0, 0, 0, 0])
        #expect(octets.withUnsafeBytes { RecordHeader($0) } == header)
        for offset in octets.indices {
            var damaged = octets
            damaged[offset] ^= 0x10
            #expect(damaged.withUnsafeBytes { RecordHeader($0) } == nil, "octet \(offset)")
        }
    }

    @Test func `stale records behind the end are not taken for records`() {
        // A segment that was used before: behind its only new record lie whole records with lower numbers.
        var octets = [UInt8](repeating: 0, count: 4_096)
        let record = PreparedRecord(.retired(through: 1))
        func put(_ sequence: UInt64, at offset: Int) {
            octets.withUnsafeMutableBytes { buffer in
                let header = RecordHeader(
                    kind: record.kind, length: record.length, payloadChecksum: record.checksum, sequence: sequence,
                    firstUnsynced: sequence)
                header.write(to: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]))
                UnsafeMutableRawBufferPointer(rebasing: buffer[(offset + 40)...]).copyBytes(from: record.prefix)
            }
        }
        octets.withUnsafeMutableBytes { buffer in
            SegmentHeader(number: 9, firstSequence: 500, created: Timestamp(seconds: 1), size: 4_096).write(to: buffer)
        }
        for position in 0..<20 { put(UInt64(100 + position), at: 64 + position * 48) }
        put(500, at: 64)
        let scan = octets.withUnsafeBytes { SegmentScan(number: 9, bytes: $0, following: 1) }
        #expect(scan.records.map(\.header.sequence) == [500])
        #expect(scan.gaps.isEmpty && scan.end == 501)
    }

    @Test func `a heap gives the least key first`() {
        var heap = PriorityHeap<Int, Int>()
        var generator = SeededGenerator(seed: 3)
        let keys = (0..<500).map { _ in Int.random(in: 0..<100, using: &generator) }
        for key in keys { heap.insert(key, key: key) }
        var sorted: [Int] = []
        while let next = heap.popFirst() { sorted.append(next) }
        #expect(sorted == keys.sorted())
    }
}
