import Bytes
import MailStore
import Testing

@Suite struct DeliveryTests {
    let directory: TemporaryDirectory
    let store: MailStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try MailStore.open(directory: directory.path)
    }

    @Test func `a delivered mail is listed with everything that was given`() async throws {
        let user = try await store.addUser("ada@example.org")
        let given = delivery(1, mailbox: "Junk")
        let place = try await store.deliver([given]).placements()[0]
        #expect(place == Placement(user: user, number: 1, sequence: 1, isNew: true))
        let summary = try #require(try await store.list(user: user, limit: 10).first)
        #expect(summary.message == given.message)
        #expect((summary.user, summary.number, summary.sequence) == (user, 1, 1))
        #expect(summary.mailbox == "Junk")
        #expect(summary.date == given.date)
        #expect(summary.received == given.received)
        #expect(summary.subject == given.subject)
        #expect(summary.sender == given.sender)
        #expect(summary.recipients == given.recipients)
        #expect(summary.reversePath == given.reversePath)
        #expect((summary.size, summary.attachmentCount) == (4_321, 2))
        #expect(summary.preview == given.preview)
        #expect(summary.flags == [])
        let body = try #require(try await store.body(user: user, number: 1))
        #expect(body == StoredBody(trace: given.trace, body: given.body, facts: given.facts))
        #expect(try await store.body(user: user, number: 2) == nil)
    }

    @Test func `empty fields and texts with NUL stay what they are`() async throws {
        let user = try await store.addUser("ada@example.org")
        var given = MailDelivery(message: messageID(1), recipient: "ada@example.org", received: Timestamp(seconds: 1))
        given.subject = "a\0b"
        _ = try await store.deliver([given]).placements()
        let summary = try #require(try await store.list(user: user, limit: 1).first)
        #expect(summary.subject == "a\0b")
        #expect(summary.sender == "")
        #expect(summary.date == nil)
        #expect(try await store.body(user: user, number: 1) == StoredBody(trace: [], body: [], facts: []))
    }

    @Test func `delivering again gives the first placement`() async throws {
        let user = try await store.addUser("ada@example.org")
        let first = try await store.deliver([delivery(1), delivery(2)]).placements()
        let again = try await store.deliver([delivery(2), delivery(1), delivery(1), delivery(3)]).placements()
        #expect(again.map(\.number) == [2, 1, 1, 3])
        #expect(again.map(\.isNew) == [false, false, false, true])
        #expect(again[1].sequence == first[0].sequence)
        #expect(try await store.list(user: user, limit: 10).count == 3)
    }

    @Test func `a delivery twice in one batch is one`() async throws {
        _ = try await store.addUser("ada@example.org")
        let places = try await store.deliver([delivery(1), delivery(1, to: "ADA@Example.ORG")]).placements()
        #expect(places.map(\.isNew) == [true, false])
        #expect(places.map(\.number) == [1, 1])
    }

    @Test func `a mail that the user deleted is not delivered again`() async throws {
        let user = try await store.addUser("ada@example.org")
        let first = try await store.deliver([delivery(1)]).placements()[0]
        try await store.delete(user: user, numbers: [1])
        let again = try await store.deliver([delivery(1)]).placements()[0]
        #expect(again == Placement(user: user, number: 1, sequence: first.sequence, isNew: false))
        #expect(try await store.list(user: user, limit: 10).isEmpty)
        #expect(try await store.deliver([delivery(2)]).placements()[0].number == 2)
    }

    @Test func `an unknown user is that entry's error alone`() async throws {
        _ = try await store.addUser("ada@example.org")
        let results = try await store.deliver([delivery(1), delivery(1, to: "eve@example.org"), delivery(2)])
        #expect(results[1] == .failure(.unknownUser("eve@example.org")))
        #expect(try results[0].get().number == 1)
        #expect(try results[2].get().number == 2)
    }

    @Test func `a message for several users stores its body once, and each has its own trace`() async throws {
        let names = (0..<5).map { "user\($0)@example.org" }
        for name in names { _ = try await store.addUser(name) }
        _ = try await store.deliver(names.dropLast().map { delivery(1, to: $0) }).placements()
        _ = try await store.deliver([delivery(1, to: names[4])]).placements()
        let statistics = try await store.statistics()
        #expect((statistics.mails, statistics.bodies, statistics.users) == (5, 1, 5))
        for name in names {
            let user = try #require(try await store.user(for: name))
            let body = try #require(try await store.body(user: user, number: 1))
            #expect(body.body == delivery(1).body)
            #expect(body.trace == delivery(1, to: name).trace)
        }
    }

    @Test func `a body goes with the last mail that has it, and comes back for a late recipient`() async throws {
        let (ada, bob) = (try await store.addUser("ada@example.org"), try await store.addUser("bob@example.org"))
        let eve = try await store.addUser("eve@example.org")
        _ = try await store.deliver([delivery(1), delivery(1, to: "bob@example.org")]).placements()
        try await store.delete(user: ada, numbers: [1])
        #expect(try await store.body(user: bob, number: 1)?.body == delivery(1).body)
        try await store.delete(user: bob, numbers: [1])
        #expect(try await store.statistics().bodies == 0)
        _ = try await store.deliver([delivery(1, to: "eve@example.org")]).placements()
        #expect(try await store.body(user: eve, number: 1)?.body == delivery(1).body)
    }

    @Test func `numbers and sequences have no gap and no double under concurrent calls`() async throws {
        let users = 4
        for user in 0..<users { _ = try await store.addUser("user\(user)@example.org") }
        let places = try await withThrowingTaskGroup(of: [Placement].self) { group in
            for task in 0..<20 {
                group.addTask {
                    var places: [Placement] = []
                    for number in 0..<25 {
                        let batch = (0..<users).map { user in
                            delivery(task * 1_000 + number, to: "user\(user)@example.org")
                        }
                        places += try await store.deliver(batch).placements()
                    }
                    return places
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(places.map(\.sequence)) == Set(1...UInt64(20 * 25 * users)))
        for (_, own) in Dictionary(grouping: places, by: \.user) {
            let byNumber = own.sorted { $0.number < $1.number }
            #expect(byNumber.map(\.number) == Array(1...500))
            #expect(byNumber.map(\.sequence) == byNumber.map(\.sequence).sorted())
        }
        #expect(try await store.lastSequence() == UInt64(20 * 25 * users))
        let replayed = try await store.mails(after: 0, limit: 10_000)
        #expect(replayed.map(\.summary.sequence) == Array(1...UInt64(20 * 25 * users)))
    }

    @Test func `concurrent calls share transactions`() async throws {
        _ = try await store.addUser("ada@example.org")
        let before = try await store.statistics().transactions
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<400 { group.addTask { _ = try await store.deliver([delivery(number)]).placements() } }
            try await group.waitForAll()
        }
        let transactions = try await store.statistics().transactions - before
        #expect(transactions >= 1)
        #expect(transactions < 200, "400 calls took \(transactions) transactions")
        #expect(try await store.statistics().mails == 400)
    }

    @Test func `one call is one transaction`() async throws {
        _ = try await store.addUser("ada@example.org")
        let before = try await store.statistics().transactions
        _ = try await store.deliver((0..<300).map { delivery($0) }).placements()
        #expect(try await store.statistics().transactions == before + 1)
    }
}
