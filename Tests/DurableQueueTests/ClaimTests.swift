import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// Who gets which message, and when.
struct ClaimTests {
    @Test func `a claim waits until something arrives`() async throws {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        async let claimed = queue.claim(pipeline: "inbound", upTo: 5)
        _ = try await queue.append(Fixture.message(1))
        #expect(await claimed.map(\.id) == [Fixture.id(1)])
        try await queue.close()
    }

    @Test func `a cancelled claim and a claim while draining get nothing`() async throws {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        let waiting = Task { await queue.claim(pipeline: "inbound", upTo: 5) }
        waiting.cancel()
        #expect(await waiting.value.isEmpty)
        let drained = Task { await queue.claim(pipeline: "inbound", upTo: 5) }
        queue.drain()
        #expect(await drained.value.isEmpty)
        _ = try await queue.append(Fixture.message(1))
        #expect(await queue.claim(pipeline: "inbound", upTo: 5).isEmpty)
        try await queue.close()
        try await queue.close()
    }

    @Test func `each message has one claimant, in the order of arrival, until it is given back`() async throws {
        let (queue, _) = try Fixture.open(SimulatedFileSystem())
        for number in 1...4 { _ = try await queue.append(Fixture.message(number)) }
        #expect(await queue.claim(pipeline: "inbound", upTo: 3).map { Int($0.id.low) } == [1, 2, 3])
        queue.giveBack([Fixture.id(2)])
        #expect(await queue.claim(pipeline: "inbound", upTo: 9).map { Int($0.id.low) } == [2, 4])
        try await queue.close()
    }

    @Test func `what is not in memory is read back, in turn with what is`() async throws {
        var options = Fixture.options
        options.cacheLimit = ByteCount(octets: 2_000)
        let (queue, _) = try Fixture.open(SimulatedFileSystem(), options: options)
        for number in 1...5 { _ = try await queue.append(Fixture.message(number)) }
        let claimed = await queue.claim(pipeline: "inbound", upTo: 9)
        #expect(claimed.map(\.content.array) == (1...5).map { Fixture.content($0) })
        try await queue.close()
    }

    @Test func `a postponed message comes when its time is there, also if the clock goes back`() async throws {
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(SimulatedFileSystem(), clock: clock)
        for number in 1...2 { _ = try await queue.append(Fixture.message(number)) }
        _ = await queue.claim(pipeline: "inbound", upTo: 2)
        func postpone(_ number: Int, by wait: Duration) {
            let later = Postponement(until: clock.now + wait, step: "deliver.index", reason: "busy")
            queue.record([Update(id: Fixture.id(number), postponement: later)])
        }
        postpone(1, by: .milliseconds(20))
        clock.advance(by: .seconds(-86_400))
        #expect(await queue.claim(pipeline: "inbound", upTo: 1).map(\.id) == [Fixture.id(1)])
        postpone(2, by: .seconds(3_600))
        #expect(queue.pending(limit: 9).last?.until == clock.now + .seconds(3_600))
        clock.advance(by: .seconds(3_601))
        #expect(await queue.claim(pipeline: "inbound", upTo: 1).map(\.id) == [Fixture.id(2)])
        try await queue.close()
    }

    @Test func `a clock that was set back does not keep mail waiting after a restart`() async throws {
        let disk = SimulatedFileSystem()
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(disk, clock: clock)
        _ = try await queue.append(Fixture.message(1))
        let later = Postponement(until: clock.now + .milliseconds(50), step: "deliver.index", reason: "busy")
        try await queue.recordDurably([Update(id: Fixture.id(1), postponement: later)])
        try await queue.close()
        clock.advance(by: .seconds(-1_000_000))
        let (again, _) = try Fixture.open(disk, clock: clock)
        #expect(await again.claim(pipeline: "inbound", upTo: 1).count == 1)
        try await again.close()
    }
}
