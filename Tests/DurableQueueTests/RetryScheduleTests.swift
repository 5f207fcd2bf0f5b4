import Bytes
import DurableQueue
import SimulatedFiles
import Testing

/// When a message is tried again.
struct RetryScheduleTests {
    private let schedule = RetrySchedule(
        first: .seconds(60), factor: 2, max: .seconds(3_600), for: .seconds(5 * 86_400))
    private let received = Timestamp(seconds: 1_700_000_000)

    @Test(arguments: [(1, 60), (2, 120), (3, 240), (6, 1_920), (7, 3_600), (1_000_000, 3_600)])
    func `each wait is longer than the one before, up to the longest, give or take a fifth`(
        _ attempts: Int, _ seconds: Int
    ) throws {
        var generator = SeededGenerator(seed: UInt64(attempts))
        for _ in 0..<50 {
            let next = try #require(
                schedule.next(afterAttempts: attempts, received: received, now: received, using: &generator))
            let wait = (next - received) / .seconds(1)
            #expect(wait >= Double(seconds) * 0.799 && wait <= Double(seconds) * 1.201)
        }
    }

    @Test func `the last attempt is at the end of the message's time, and none is later`() throws {
        var generator = SeededGenerator(seed: 1)
        let end = received + schedule.for
        let late = end + .seconds(-100)
        #expect(schedule.next(afterAttempts: 50, received: received, now: late, using: &generator) == end)
        #expect(schedule.next(afterAttempts: 51, received: received, now: end, using: &generator) == nil)
    }
}
