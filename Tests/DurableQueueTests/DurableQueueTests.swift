import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// What the queue promises while nothing goes wrong.
struct DurableQueueTests {
    @Test func `a message comes out as it went in, once`() async throws {
        let (queue, report) = try Fixture.open(SimulatedFileSystem())
        #expect(report.findings.isEmpty)
        let receipt = try await queue.append(Fixture.message(1, recipients: 2))
        #expect(receipt.message == Fixture.id(1))
        let claimed = await queue.claim(pipeline: "inbound", upTo: 10)
        let message = try #require(claimed.first)
        #expect(claimed.count == 1)
        #expect(message.head == Fixture.head(1))
        #expect(message.content.array == Fixture.content(1))
        #expect(message.recipients == [.pending, .pending])
        #expect(queue.ledger()["inbound"]?.recipients.pending == 2)
        queue.record([Fixture.delivered(1, [0])])
        #expect(queue.ledger()["inbound"]?.messages.pending == 1)
        try await queue.recordDurably([Fixture.delivered(1, [1])])
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(ledger.recipients.delivered == 2 && ledger.recipients.received == 2 && ledger.isBalanced)
        #expect(ledger.messages.delivered == 1 && ledger.messages.pending == 0)
        try await queue.close()
    }

    @Test func `lists tell the size of a message, and not of its record`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        _ = try await queue.append(Fixture.message(1, size: 245))
        _ = try await queue.append(try await Fixture.largeMessage(2, size: 90_000, in: queue))
        _ = try await queue.append(
            Fixture.message(3, size: 31, disposition: .quarantine(step: "accept", reason: "odd")))
        func check(_ queue: DurableQueue) {
            #expect(queue.pending(limit: 9).map(\.size.octets) == [245, 90_000])
            #expect(queue.quarantined().map(\.size.octets) == [31])
        }
        check(queue)
        try await queue.close()
        let (again, _) = try Fixture.open(disk.crash(.everything, seed: 1))
        check(again)
        try await again.close()
    }

    @Test func `a restart finds what is pending, where it was left`() async throws {
        let disk = SimulatedFileSystem()
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(disk, clock: clock)
        for number in 1...3 { _ = try await queue.append(Fixture.message(number, recipients: 2)) }
        _ = await queue.claim(pipeline: "inbound", upTo: 3)
        let postponement = Postponement(
            until: clock.now + .seconds(60), step: "deliver.index", reason: "busy", progress: [1, 2])
        try await queue.recordDurably([
            Fixture.delivered(1, [0, 1]),
            Update(id: Fixture.id(2), recipients: [(0, .bounced(reason: "no such user"))], postponement: postponement),
        ])
        try await queue.close()

        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 1), clock: clock)
        #expect(report.pending == 2 && report.findings.isEmpty)
        #expect(await again.claim(pipeline: "inbound", upTo: 9).map(\.id) == [Fixture.id(3)])
        clock.advance(by: .seconds(61))
        let late = await again.claim(pipeline: "inbound", upTo: 9)
        let message = try #require(late.first)
        #expect(message.id == Fixture.id(2) && message.attempts == 1 && message.step == "deliver.index")
        #expect(message.progress == [1, 2] && message.recipients == [.bounced(reason: "no such user"), .pending])
        #expect(message.content.array == Fixture.content(2))
        try await again.close()
    }
}
