import Bytes
import Files
import SimulatedFiles
import StageKit
import Testing

@testable import DurableQueue

/// Messages that are simply delivered end together, in one record.
struct DeliveredTests {
    private func records(_ disk: SimulatedFileSystem) throws -> [Record] {
        try disk.list(Fixture.directory).filter { $0.hasPrefix("journal-") }.sorted().flatMap { name in
            let octets = try #require(disk.content(of: Fixture.directory + "/" + name))
            return octets.withUnsafeBytes { bytes in
                SegmentScan(number: SegmentHeader(bytes)?.number ?? 0, bytes: bytes, following: 1).records.map(\.record)
            }
        }
    }

    @Test func `one record ends many messages, and after a restart none of them is back`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...7 { _ = try await queue.append(Fixture.message(number, size: 10, recipients: 2)) }
        _ = await queue.claim(pipeline: "inbound", upTo: 7)
        try await queue.recordDurably((1...6).map { Fixture.delivered($0, [0, 1]) })
        #expect(queue.discrepancies().isEmpty && queue.ledger()["inbound"]?.isBalanced == true)
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 1))
        #expect(report.pending == 1 && report.findings.isEmpty && again.ledger() == queue.ledger())
        #expect(await again.claim(pipeline: "inbound", upTo: 9).map(\.id) == [Fixture.id(7)])
        try await again.close()
        try await queue.close()
        let delivered = try records(disk).compactMap { record -> [MessageID]? in
            guard case .delivered(let ids, "inbound", let ledger) = record else { return nil }
            #expect(ledger.recipients.delivered == 12 && ledger.recipients.pending == -12)
            #expect(ledger.messages.delivered == 6 && ledger.messages.pending == -6)
            return ids
        }
        #expect(delivered == [(1...6).map { Fixture.id($0) }])
    }

    @Test func `what is not simply delivered has a record of its own, among others that are`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...6 { _ = try await queue.append(Fixture.message(number, size: 10, recipients: 2)) }
        let held = RecipientState.quarantined(step: "deliver.index", reason: "odd")
        try await queue.recordDurably([
            Fixture.delivered(1, [0, 1]),
            Fixture.delivered(2, [0]),  // one still waits
            Update(id: Fixture.id(3), recipients: [(0, .delivered), (1, .bounced(reason: "gone"))]),
            Update(id: Fixture.id(4), recipients: [(0, .delivered), (1, held)]),
            Fixture.delivered(5, [1, 0]),  // in another order
            Fixture.delivered(6, [0, 1, 2]),  // one is unknown
            Fixture.delivered(1, [0, 1]),  // again
            Fixture.delivered(9, [0]),  // unknown
        ])
        try await queue.recordDurably([Fixture.delivered(2, [1]), Fixture.delivered(4, [1])])
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(
            ledger.recipients.delivered == 10 && ledger.recipients.bounced == 1 && ledger.recipients.quarantined == 1)
        #expect(ledger.messages.delivered == 4 && ledger.messages.bounced == 1 && ledger.messages.quarantined == 1)
        #expect(ledger.isBalanced && queue.discrepancies().isEmpty)
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 1))
        #expect(report.pending == 0 && report.quarantined == 1 && again.ledger() == queue.ledger())
        try await again.close()
        try await queue.close()
    }

    @Test func `each pipeline has its own record and ledger`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...4 {
            var message = Fixture.message(number, size: 10)
            if number.isMultiple(of: 2) { message.pipeline = PipelineVersion(name: "other", digest: "d1") }
            _ = try await queue.append(message)
        }
        try await queue.recordDurably((1...4).map { Fixture.delivered($0) })
        let ledgers = queue.ledger()
        #expect(ledgers["inbound"]?.messages.delivered == 2 && ledgers["other"]?.messages.delivered == 2)
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 1))
        #expect(report.pending == 0 && again.ledger() == ledgers)
        try await again.close()
        try await queue.close()
    }

    @Test func `a segment is kept until the record is written that ends a message in it`() {
        let (old, new) = (UInt64(3), UInt64(8))
        var state = QueueState(QueueOptions())
        for (number, segment) in [(1, new), (2, old), (3, new)] {
            let message = MessageState(.deliver, recipientCount: 1)
            state.hold(100, of: "inbound")
            state.insert(
                SharedEntry(
                    Entry(
                        id: Fixture.id(number), pipeline: Fixture.pipeline, received: Timestamp(seconds: 1),
                        arrival: UInt64(number),
                        location: Location(segment: segment, offset: 64, length: 50, sequence: UInt64(number)),
                        size: 100, contentCount: 20, state: message, phase: .ready)))
        }
        let records = state.apply((1...3).map { Fixture.delivered($0) }, now: Timestamp(seconds: 2))
        #expect(records.map(\.segment) == [old] && state.entries.isEmpty && state.heldMessages == 0)
    }
}
