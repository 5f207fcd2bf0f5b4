import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// What a client of the queue was promised while a workload ran, up to the moment when the power failed.
struct Promises {
    /// Accepted with a receipt.
    var accepted: Set<Int> = []
    /// Handed over, but without an answer.
    var attempted: Set<Int> = []
    /// Refused with an error while the disk went on.
    var refused: Set<Int> = []
    /// Recipients whose outcome is durable for certain, and those whose outcome may be.
    var settled: [Int: [Int: RecipientState]] = [:]
    var maybeSettled: [Int: [Int: RecipientState]] = [:]
    /// Let out of quarantine, or perhaps.
    var maybeReleased: Set<Int> = []
}

/// A fixed sequence of everything that the queue is used for, which rolls over several segments.
struct CrashWorkload {
    var promises = Promises()
    let queue: DurableQueue
    let disk: SimulatedFileSystem
    let clock: ManualClock

    static let sizes = [700, 0, 3_000, 12_000, 1, 700, 700, 2_000]
    static func size(_ number: Int) -> Int { sizes[number % sizes.count] }
    static func recipients(_ number: Int) -> Int { number % 3 + 1 }

    init(queue: DurableQueue, disk: SimulatedFileSystem, clock: ManualClock) {
        self.queue = queue
        self.disk = disk
        self.clock = clock
    }

    /// Runs to the end, or to the first refusal.
    mutating func run() async {
        do {
            for round in 0..<4 {
                let first = round * 10
                try await append(first..<first + 6)
                await deliver(first)
                try await settleDurably(first + 1)
                try await postpone(first + 2)
                try await quarantine(first + 3)
                queue.markAttempt([Fixture.id(first + 4)], step: "deliver.index")
                await queue.written()
                if round % 2 == 1 { try await release(first + 3) }
                _ = await claim()
                clock.advance(by: .seconds(120))
            }
            try await queue.close()
        } catch {
            // From here on nothing is promised.
            if !disk.isDown { Issue.record("\(error)") }
        }
    }

    private mutating func append(_ numbers: Range<Int>) async throws {
        for number in numbers {
            promises.attempted.insert(number)
            let disposition: Disposition = number % 10 == 5 ? .quarantine(step: "accept", reason: "odd") : .deliver
            let message = Fixture.message(
                number, size: Self.size(number), recipients: Self.recipients(number), disposition: disposition)
            do {
                _ = try await queue.append(message)
                promises.accepted.insert(number)
            } catch {
                if disk.isDown { throw error }
                promises.refused.insert(number)
            }
        }
    }

    /// Everything due, without waiting for what is not.
    private func claim() async -> [QueuedMessage] {
        let due = queue.pending(limit: .max).contains { $0.until.map { $0 <= clock.now } ?? true }
        return due ? await queue.claim(pipeline: "inbound", upTo: 2) : []
    }

    private mutating func deliver(_ number: Int) async {
        let all = (0..<Self.recipients(number)).map { ($0, RecipientState.delivered) }
        for (index, state) in all { promises.maybeSettled[number, default: [:]][index] = state }
        queue.record([Update(id: Fixture.id(number), recipients: all)])
        await queue.written()
    }

    private mutating func settleDurably(_ number: Int) async throws {
        let state = RecipientState.bounced(reason: "unknown")
        promises.maybeSettled[number, default: [:]][0] = state
        guard try await records(Update(id: Fixture.id(number), recipients: [(0, state)])) else { return }
        promises.settled[number, default: [:]][0] = state
    }

    private mutating func postpone(_ number: Int) async throws {
        promises.maybeSettled[number, default: [:]][1] = .delivered
        let later = Postponement(
            until: clock.now + .seconds(60), step: "deliver.index", reason: "busy", progress: [7])
        let update = Update(id: Fixture.id(number), recipients: [(1, .delivered)], postponement: later)
        guard try await records(update) else { return }
        if Self.recipients(number) > 1 { promises.settled[number, default: [:]][1] = .delivered }
    }

    private mutating func quarantine(_ number: Int) async throws {
        let state = RecipientState.quarantined(step: "deliver.index", reason: "poison")
        let all = (0..<Self.recipients(number)).map { ($0, state) }
        for (index, state) in all { promises.maybeSettled[number, default: [:]][index] = state }
        guard try await records(Update(id: Fixture.id(number), recipients: all)) else { return }
        for (index, state) in all { promises.settled[number, default: [:]][index] = state }
    }

    /// Whether an outcome is durable; one that a disk refuses which goes on may be so later.
    private func records(_ update: Update) async throws -> Bool {
        do {
            try await queue.recordDurably([update])
            return true
        } catch {
            if disk.isDown { throw error }
            return false
        }
    }

    private mutating func release(_ number: Int) async throws {
        guard promises.accepted.contains(number) else { return }
        promises.maybeReleased.insert(number)
        try await queue.release(Fixture.id(number), from: nil)
        promises.settled[number] = nil
        promises.maybeSettled[number] = nil
    }
}
