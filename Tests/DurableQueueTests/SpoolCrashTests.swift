import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// The power fails at every operation while large messages come and go: each is there whole, or not at all.
struct SpoolCrashTests {
    /// What a client was promised.
    private struct Promises {
        var accepted: Set<Int> = []
        var finished: Set<Int> = []
        /// Whose end was noted, but is not durable for certain.
        var maybeFinished: Set<Int> = []
        var held: Set<Int> = []
    }

    private static let size = 6_000

    /// Large messages in every course that one can take, with small ones between that fill segments.
    private static func run(_ queue: DurableQueue, _ disk: SimulatedFileSystem) async -> Promises {
        var promises = Promises()
        do {
            for round in 0..<2 {
                let first = round * 10
                let abandoned = queue.makeSpool(for: Fixture.id(first + 9))
                try await abandoned.append(Octets(Fixture.content(first + 9, 2_500)))
                for number in first..<first + 4 {
                    let message = try await Fixture.largeMessage(number, size: size + number, piece: 2_500, in: queue)
                    _ = try await queue.append(message)
                    promises.accepted.insert(number)
                }
                abandoned.abandon()
                _ = try await queue.append(Fixture.message(first + 4, size: 6_000))
                try await queue.recordDurably([Fixture.delivered(first + 4)])
                promises.maybeFinished.insert(first)
                try await queue.recordDurably([Fixture.delivered(first)])
                promises.finished.insert(first)
                promises.maybeFinished.insert(first + 1)
                queue.record([Fixture.delivered(first + 1)])
                await queue.written()
                let held = RecipientState.quarantined(step: "deliver.index", reason: "odd")
                try await queue.recordDurably([Update(id: Fixture.id(first + 2), recipients: [(0, held)])])
                promises.held.insert(first + 2)
            }
            try await queue.close()
        } catch {
            // From here on nothing is promised.
            if !disk.isDown { Issue.record("\(error)") }
        }
        return promises
    }

    @Test(arguments: Loss.allCases)
    func `a crash at any operation leaves no message or a whole one, and no file without one`(_ loss: Loss) async throws
    {
        let whole = SimulatedFileSystem()
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(whole, clock: clock)
        let all = await Self.run(queue, whole)
        #expect(all.accepted.count == 8)
        for operation in 1...whole.operationCount {
            let disk = SimulatedFileSystem(seed: UInt64(operation))
            disk.plan(.crash, at: operation)
            var promises = Promises()
            do {
                let (queue, _) = try Fixture.open(disk, clock: clock)
                promises = await Self.run(queue, disk)
            } catch {
                // The power failed before the queue was open.
            }
            let restarted = disk.crash(loss, seed: UInt64(operation))
            try await check(restarted, promises, "crash at operation \(operation), loss \(loss)")
        }
    }

    private func check(_ disk: SimulatedFileSystem, _ promises: Promises, _ context: String) async throws {
        let (queue, report) = try Fixture.open(disk)
        // Where the crash made the journal look damaged, a file without a record is set aside instead of removed.
        let isWhole = report.findings.allSatisfy { $0.kind == .torn || $0.file.hasPrefix("spool-") }
        #expect(
            report.findings.allSatisfy { !$0.file.hasPrefix("spool-") || !isWhole }, "\(context): \(report.findings)")
        var found: [Int: QueuedMessage] = [:]
        for summary in queue.quarantined() {
            #expect(summary.reason == "odd", "\(context): \(summary.reason)")
            found[Int(summary.id.low)] = try await queue.quarantinedMessage(summary.id)
        }
        let held = found.count
        while found.count < held + report.pending {
            for message in await queue.claim(pipeline: "inbound", upTo: 100) { found[Int(message.id.low)] = message }
        }
        for (number, message) in found where number % 10 != 4 {
            let isWhole = message.content.array == Fixture.content(number, Self.size + number)
            #expect(isWhole, "\(context): \(number) is not whole")
        }
        let missing = promises.accepted.subtracting(found.keys).subtracting(promises.maybeFinished)
        #expect(missing.isEmpty, "\(context): lost \(missing)")
        #expect(promises.finished.isDisjoint(with: found.keys), "\(context): back")
        let files = try disk.list(Fixture.directory).filter { $0.hasSuffix(".mail") }
        let wanted = found.keys.filter { $0 % 10 != 4 }.map { "spool-\(Fixture.id($0)).mail" }
        #expect(Set(files) == Set(wanted), "\(context)")
        #expect(queue.ledger()["inbound"]?.isBalanced ?? true, "\(context): \(queue.ledger())")
        // Once everything is finished, nothing is left.
        try await queue.recordDurably(found.keys.map { Fixture.delivered($0) })
        for number in promises.held.intersection(found.keys) { try await queue.release(Fixture.id(number)) }
        try await queue.recordDurably(found.keys.map { Fixture.delivered($0) })
        try await queue.close()
        let rest = try disk.list(Fixture.directory).filter { $0.hasSuffix(".mail") }
        let kept = queue.quarantined().map { "spool-\($0.id).mail" }
        #expect(Set(rest) == Set(kept), "\(context): left behind")
    }
}
