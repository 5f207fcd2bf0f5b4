import Bytes
import SimulatedFiles
import StageKit
import Testing

@testable import DurableQueue

/// What is dropped is counted by who dropped it and why.
struct DiscardTests {
    private static let honeypot = Discard(step: "session.message.decide", reason: "honeypot")
    private static let late = Discard(step: "deliver.store", reason: "too late")

    @Test func `a discarded message is counted with step and reason, and forgotten`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        let drop = Disposition.discard(step: Self.honeypot.step, reason: Self.honeypot.reason)
        _ = try await queue.append(Fixture.message(1, recipients: 2, disposition: drop))
        _ = try await queue.append(Fixture.message(2, recipients: 3))
        let late = RecipientState.discarded(step: Self.late.step, reason: Self.late.reason)
        try await queue.recordDurably([Update(id: Fixture.id(2), recipients: [(0, .delivered), (2, late)])])
        let expected = [Self.honeypot: 2, Self.late: 1]
        #expect(queue.ledger()["inbound"]?.discards == expected && queue.discrepancies().isEmpty)
        // From the records themselves, then from the checkpoint that the next start wrote, and the one after that.
        var disk2 = disk.crash(.everything, seed: 0)
        for _ in 0..<3 {
            let (again, report) = try Fixture.open(disk2)
            #expect(report.pending == 1 && report.quarantined == 0)
            let ledger = try #require(again.ledger()["inbound"])
            #expect(ledger.discards == expected && ledger.isBalanced)
            #expect(ledger.messages.discarded == 1 && ledger.recipients.discarded == 3)
            try await again.close()
            disk2 = disk2.crash(.everything, seed: 0)
        }
        try await queue.close()
    }

    @Test func `reasons without end are counted together, and none is lost`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...100 {
            let drop = Disposition.discard(step: "session.message.scan", reason: "file \(number).exe")
            _ = try await queue.append(Fixture.message(number, disposition: drop))
        }
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(ledger.discards.count == Discard.limit + 1 && ledger.isBalanced)
        #expect(ledger.discards[Discard(step: "session.message.scan", reason: Discard.otherReasons)] == 36)
        try await queue.close()
        let (again, _) = try Fixture.open(disk)
        #expect(again.ledger() == queue.ledger())
        try await again.close()
    }

    @Test func `a count that no reason covers is a mismatch`() async throws {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        _ = try await queue.append(Fixture.message(1, disposition: .discard(step: "s", reason: "r")))
        queue.monitor.withLock { $0.ledgers["inbound"]?.discards = [:] }
        #expect(queue.discrepancies() == ["inbound": "recipients: 1 were discarded, not all for a reason"])
        try await queue.close()
    }

    @Test func `checkpoints and outcomes from before reasons were noted are read`() throws {
        var ledger = Ledger()
        ledger.recipients.received = 4
        ledger.recipients.discarded = 4
        let (kind, prefix) = Record.checkpoint(Checkpoint(ledgers: ["a": ledger], segments: [])).encoded()
        #expect(kind == .checkpointWithReasons)
        // The former kind is the same without the count of reasons, here a zero behind the ledger.
        let former = prefix.dropLast(2) + [0]
        guard case .checkpoint(var checkpoint) = try former.withUnsafeBytes({ try Record(.checkpoint, payload: $0) })
        else {
            Issue.record("another record")
            return
        }
        #expect(checkpoint.ledgers["a"] == ledger)
        checkpoint.ledgers["a"]?.squareDiscards()
        #expect(checkpoint.ledgers["a"]?.discards == [.unknown: 4] && checkpoint.ledgers["a"]?.isBalanced == true)
    }
}
