import Bytes
@testable import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// What is kept apart, and how it comes out again.
struct QuarantineTests {
    @Test func `a message accepted into quarantine waits for its release, and goes on at the step asked for`()
        async throws
    {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        let held = Disposition.quarantine(step: "message.score-spam", reason: "score 12")
        _ = try await queue.append(Fixture.message(1, recipients: 2, disposition: held))
        let summary = try #require(queue.quarantined().first)
        #expect(summary.id == Fixture.id(1) && summary.step == "message.score-spam" && summary.recipients == 2)
        #expect(summary.reason == "score 12")
        #expect(try await queue.quarantinedMessage(Fixture.id(1))?.content.array == Fixture.content(1))
        #expect(queue.ledger()["inbound"]?.messages.quarantined == 1)
        await #expect(throws: QueueError.unknownMessage(Fixture.id(2))) { try await queue.release(Fixture.id(2)) }
        try await queue.release(Fixture.id(1), from: "deliver.store")
        let message = try #require(await queue.claim(pipeline: "inbound", upTo: 1).first)
        #expect(message.step == "deliver.store" && message.recipients == [.pending, .pending])
        #expect(queue.quarantined().isEmpty)
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(ledger.recipients.pending == 2 && ledger.messages.quarantined == 0 && ledger.isBalanced)
        try await queue.close()
    }

    @Test func `what is kept aside before anybody has claimed it takes no memory`() async throws {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        let version = Fixture.message(1).pipeline
        _ = try await queue.append(Fixture.message(1))
        #expect(queue.monitor.withLock { $0.cachedOctets > 0 })
        #expect(try await queue.quarantine(version, step: "pipeline", reason: "gone") == 1)
        #expect(queue.monitor.withLock { $0.cachedOctets == 0 && $0.messages.allSatisfy { $0.cached == nil } })
        try await queue.release(Fixture.id(1))
        let waiting = Task { await queue.claim(version, upTo: 1) }
        #expect(await waiting.value.first?.content.array == Fixture.content(1))
        queue.record([Update(id: Fixture.id(1), recipients: [(0, .delivered)])])
        // Nor does a version whose claimant has gone.
        let idle = Task { await queue.claim(version, upTo: 1) }
        while queue.monitor.withLock({ $0.lines[version]?.waiters.isEmpty ?? true }) { await Task.yield() }
        idle.cancel()
        #expect(await idle.value.isEmpty && queue.monitor.withLock { $0.lines.isEmpty })
        try await queue.close()
    }

    @Test func `a message that ends the process at the same step, again and again, is quarantined`() async throws {
        var disk = SimulatedFileSystem()
        let (first, _) = try Fixture.open(disk)
        for number in 1...2 { _ = try await first.append(Fixture.message(number)) }
        var queue = first
        for start in 1...3 {
            _ = await queue.claim(pipeline: "inbound", upTo: 2)
            // The step before it is passed each time, and must not hide the one that fails.
            queue.markAttempt([Fixture.id(1), Fixture.id(2)], step: "deliver.store")
            queue.markAttempt([Fixture.id(1)], step: "deliver.index")
            queue.record([Update(id: Fixture.id(2), postponement: postponement)])
            await queue.written()
            disk = disk.crash(.nothing, seed: 0)
            let (next, report) = try Fixture.open(disk)
            #expect(report.poisoned == (start == 3 ? [Fixture.id(1)] : []))
            queue = next
        }
        #expect(queue.quarantined().map(\.step) == ["deliver.index"])
        #expect(queue.pending(limit: 9).map(\.id) == [Fixture.id(2)])
        #expect(queue.ledger()["inbound"]?.isBalanced == true)
        try await queue.close()
    }

    private var postponement: Postponement {
        Postponement(until: Timestamp(seconds: 1_700_000_000), step: "deliver.store", reason: "busy")
    }
}
