import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// The wall clock is set, by years, forth and back, under a queue and between two starts.
struct ClockTests {
    /// About ten years.
    private static let jump: Duration = .seconds(300_000_000)

    @Test(arguments: [jump, .zero - jump])
    func `nothing is lost, doubled or kept waiting longer than was decided`(_ jump: Duration) async throws {
        let disk = SimulatedFileSystem()
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(disk, clock: clock)
        for number in 1...4 { _ = try await queue.append(Fixture.message(number)) }
        clock.advance(by: jump)
        _ = await queue.claim(pipeline: "inbound", upTo: 2)
        let later = Postponement(until: clock.now + .milliseconds(20), step: "deliver.index", reason: "busy")
        try await queue.recordDurably([
            Fixture.delivered(1), Update(id: Fixture.id(2), postponement: later),
        ])
        clock.advance(by: .zero - jump)
        _ = try await queue.append(Fixture.message(5))
        try await queue.close()
        clock.advance(by: jump)
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0), clock: clock)
        #expect(report.findings.isEmpty && report.pending == 4)
        clock.advance(by: .zero - jump)
        var found: [Int] = []
        while found.count < 4 { found += await again.claim(pipeline: "inbound", upTo: 9).map { Int($0.id.low) } }
        #expect(found.sorted() == [2, 3, 4, 5])
        let ledger = try #require(again.ledger()["inbound"])
        #expect(ledger.isBalanced && ledger.messages.delivered == 1 && ledger.messages.pending == 4)
        try await again.close()
    }

    @Test(arguments: [jump, .zero - jump])
    func `a schedule asks for an attempt soon, or says that the time is over`(_ jump: Duration) throws {
        let schedule = RetrySchedule()
        var generator = SeededGenerator(seed: 1)
        let received = Timestamp(seconds: 1_700_000_000)
        let now = received + jump
        let next = schedule.next(afterAttempts: 3, received: received, now: now, using: &generator)
        if jump > .zero {
            #expect(next == nil)
        } else {
            #expect(try #require(next) - now <= .seconds(3_600 * 1.2))
        }
    }
}
