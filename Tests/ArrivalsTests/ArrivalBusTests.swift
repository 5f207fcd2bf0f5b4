import Arrivals
import Bytes
import Testing

struct ArrivalBusTests {
    private func arrival(_ number: UInt32, _ user: String = "alice@example.org") -> Arrival {
        Arrival(
            user: user, number: number, sequence: UInt64(number), mailbox: "INBOX", subject: "subject \(number)",
            sender: "bob@example.com", received: Timestamp(seconds: 1_700_000_000))
    }

    private func first(_ count: Int, of stream: AsyncStream<Arrival>) async -> [Arrival] {
        var arrivals: [Arrival] = []
        for await arrival in stream {
            arrivals.append(arrival)
            if arrivals.count == count { break }
        }
        return arrivals
    }

    @Test func `listeners hear of their user's mail, or of all, in order and from now on`() async {
        let bus = ArrivalBus()
        bus.publish([arrival(1)])
        let alice = bus.arrivals(for: "alice@example.org")
        let bob = bus.arrivals(for: "bob@example.org")
        let all = bus.arrivals(for: nil)
        bus.publish([arrival(2), arrival(1, "bob@example.org")])
        bus.publish([arrival(3)])
        #expect(await first(2, of: alice) == [arrival(2), arrival(3)])
        #expect(await first(1, of: bob) == [arrival(1, "bob@example.org")])
        #expect(await first(3, of: all) == [arrival(2), arrival(1, "bob@example.org"), arrival(3)])
    }

    @Test func `an arrival that comes again is told once`() async {
        let bus = ArrivalBus()
        let stream = bus.arrivals(for: nil)
        bus.publish([arrival(1), arrival(1)])
        bus.publish([arrival(1)])
        bus.publish([arrival(2)])
        #expect(await first(2, of: stream) == [arrival(1), arrival(2)])
    }

    @Test func `what was told long ago is forgotten, and what was told lately is not`() async {
        let bus = ArrivalBus()
        let many = (1...UInt32(ArrivalBus.memory)).map { arrival($0) }
        bus.publish(many)
        let stream = bus.arrivals(for: nil)
        let oneMore = arrival(UInt32(ArrivalBus.memory) + 1)
        bus.publish([arrival(1), oneMore, arrival(1), arrival(2), arrival(3)])
        // The first is still remembered; then the one more has pushed it out, and each that comes back pushes the next.
        #expect(await first(4, of: stream).map(\.number) == [oneMore.number, 1, 2, 3])
    }

    @Test func `a slow listener misses the oldest and holds nobody up`() async {
        let bus = ArrivalBus()
        let stream = bus.arrivals(for: nil)
        let count = UInt32(ArrivalBus.backlog) + 10
        for number in 1...count { bus.publish([arrival(number)]) }
        let heard = await first(ArrivalBus.backlog, of: stream)
        #expect(heard.first?.number == 11 && heard.last?.number == count)
    }

    @Test func `a listener that is cancelled ends`() async {
        let bus = ArrivalBus()
        let stream = bus.arrivals(for: nil)
        let task = Task { await first(1, of: stream) }
        task.cancel()
        #expect(await task.value.isEmpty)
        bus.publish([arrival(1)])
    }
}
