import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// Compares a recovered queue with what was promised.
struct Inspection {
    let promises: Promises
    let context: String

    func check(_ disk: SimulatedFileSystem, _ clock: ManualClock) async throws {
        let (queue, report) = try Fixture.open(disk, clock: clock)
        #expect(report.findings.allSatisfy { $0.kind == .torn }, "\(context): \(report.findings)")
        clock.advance(by: .seconds(100_000))
        var found: [Int: QueuedMessage] = [:]
        for summary in queue.quarantined() {
            found[Int(summary.id.low)] = try await queue.quarantinedMessage(summary.id)
        }
        let quarantined = Set(found.keys)
        while found.count < report.pending + report.quarantined {
            for message in await queue.claim(pipeline: "inbound", upTo: 100) {
                #expect(found[Int(message.id.low)] == nil, "\(context): handed out twice")
                found[Int(message.id.low)] = message
            }
        }
        #expect(promises.refused.isDisjoint(with: found.keys), "\(context): a refused message is there")
        for number in promises.attempted { check(number, found[number]) }
        #expect(Set(found.keys).isSubset(of: promises.attempted), "\(context)")
        try balance(queue, found)
        try await finish(queue, found, quarantined, disk, clock)
    }

    private func check(_ number: Int, _ message: QueuedMessage?) {
        let sure = promises.settled[number] ?? [:]
        let maybe = promises.maybeSettled[number] ?? [:]
        let isFinishedForCertain =
            sure.count == CrashWorkload.recipients(number) && sure.values.allSatisfy { !$0.isQuarantined }
        let mayBeFinished = maybe.count >= CrashWorkload.recipients(number)
        guard let message else {
            #expect(!promises.accepted.contains(number) || mayBeFinished, "\(context): \(number) is lost")
            return
        }
        #expect(!isFinishedForCertain, "\(context): \(number) is back")
        #expect(message.content.array == Fixture.content(number, CrashWorkload.size(number)), "\(context): \(number)")
        #expect(message.head == Fixture.head(number), "\(context): \(number)")
        #expect(message.recipients.count == CrashWorkload.recipients(number), "\(context): \(number)")
        for (index, state) in message.recipients.enumerated() where !promises.maybeReleased.contains(number) {
            let allowed: [RecipientState?] = sure[index] != nil ? [sure[index]] : [.pending, maybe[index]]
            let odd = RecipientState.quarantined(step: "accept", reason: "odd")
            #expect(allowed.contains(state) || number % 10 == 5 && state == odd, "\(context): \(number) \(index)")
        }
    }

    private func balance(_ queue: DurableQueue, _ found: [Int: QueuedMessage]) throws {
        let ledger = queue.ledger()["inbound"] ?? Ledger()
        #expect(ledger.isBalanced, "\(context): \(ledger)")
        #expect(ledger.messages.unreadable == 0 && ledger.recipients.unreadable == 0, "\(context): \(ledger)")
        #expect(ledger.messages.received >= promises.accepted.count, "\(context): \(ledger)")
        #expect(ledger.messages.received <= promises.attempted.count, "\(context): \(ledger)")
        let pending = found.values.reduce(0) { $0 + $1.recipients.count(where: \.isPending) }
        #expect(ledger.recipients.pending == pending, "\(context): \(ledger)")
        #expect(ledger.messages.pending + ledger.messages.quarantined == found.count, "\(context): \(ledger)")
    }

    /// Delivers everything, and sees that a further restart finds the queue empty.
    private func finish(
        _ queue: DurableQueue, _ found: [Int: QueuedMessage], _ quarantined: Set<Int>, _ disk: SimulatedFileSystem,
        _ clock: ManualClock
    ) async throws {
        for number in quarantined { try await queue.release(Fixture.id(number)) }
        let updates = found.values.map { message in
            Update(id: message.id, recipients: message.recipients.indices.map { ($0, .delivered) })
        }
        try await queue.recordDurably(updates)
        let (last, report) = try Fixture.open(disk.crash(.everything, seed: 0), clock: clock)
        #expect(report.pending == 0 && report.quarantined == 0, "\(context): \(report)")
        let ledger = last.ledger()["inbound"] ?? Ledger()
        #expect(ledger.isBalanced && ledger == queue.ledger()["inbound"] ?? Ledger(), "\(context): \(ledger)")
        try await last.close()
        try await queue.close()
    }
}
