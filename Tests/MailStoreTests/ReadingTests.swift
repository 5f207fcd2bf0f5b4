import Bytes
import MailStore
import Testing

@Suite struct ReadingTests {
    let directory: TemporaryDirectory
    let store: MailStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try MailStore.open(directory: directory.path)
    }

    private func filled() async throws -> (ada: UserID, bob: UserID) {
        let ada = try await store.addUser("ada@example.org")
        let bob = try await store.addUser("bob@example.org")
        _ = try await store.deliver(
            (1...10).flatMap { number in
                [
                    delivery(number, mailbox: number.isMultiple(of: 3) ? "Junk" : "INBOX"),
                    delivery(100 + number, to: "bob@example.org"),
                ]
            }
        ).placements()
        return (ada, bob)
    }

    @Test func `lists are newest first, page by page, and hold the user's mails alone`() async throws {
        let (ada, bob) = try await filled()
        #expect(try await store.list(user: ada, limit: 4).map(\.number) == [10, 9, 8, 7])
        #expect(try await store.list(user: ada, before: 7, limit: 4).map(\.number) == [6, 5, 4, 3])
        #expect(try await store.list(user: ada, before: 3, limit: 4).map(\.number) == [2, 1])
        #expect(try await store.list(user: ada, mailbox: "Junk", limit: 4).map(\.number) == [9, 6, 3])
        #expect(try await store.list(user: ada, mailbox: "Junk", before: 9, limit: 1).map(\.number) == [6])
        #expect(try await store.list(user: ada, mailbox: "Nowhere", limit: 4).isEmpty)
        #expect(try await store.list(user: bob, mailbox: "INBOX", limit: 99).count == 10)
        #expect(try await store.list(user: UserID(value: 99), limit: 4).isEmpty)
    }

    @Test func `mails are counted for a user, in all and by mailbox`() async throws {
        let (ada, bob) = try await filled()
        #expect(try await store.count(user: ada) == 10)
        #expect(try await store.count(user: ada, mailbox: "Junk") == 3)
        #expect(try await store.count(user: ada, mailbox: "inbox") == 7)
        #expect(try await store.count(user: ada, mailbox: "Nowhere") == 0)
        #expect(try await store.count(user: bob) == 10)
        #expect(try await store.count(user: UserID(value: 99)) == 0)
    }

    @Test func `INBOX has no letter case, other folders have`() async throws {
        let (ada, _) = try await filled()
        #expect(try await store.list(user: ada, mailbox: "inbox", limit: 99).count == 7)
        #expect(try await store.list(user: ada, mailbox: "junk", limit: 99).isEmpty)
        try await store.move(user: ada, numbers: [3], to: "Inbox")
        #expect(try await store.list(user: ada, mailbox: "INBOX", limit: 99).count == 8)
    }

    @Test func `a limit below one gives nothing`() async throws {
        let (ada, _) = try await filled()
        #expect(try await store.list(user: ada, limit: 0).isEmpty)
        #expect(try await store.mails(after: 0, limit: -1).isEmpty)
    }

    @Test func `summaries come in the order asked for`() async throws {
        let (ada, _) = try await filled()
        #expect(try await store.summaries(user: ada, numbers: [3, 99, 10, 1]).map(\.number) == [3, 10, 1])
    }

    @Test func `arrivals can be replayed from any position, with their bodies`() async throws {
        let (ada, bob) = try await filled()
        let page = try await store.mails(after: 17, limit: 2)
        #expect(page.map(\.summary.sequence) == [18, 19])
        #expect(page.map(\.summary.user) == [bob, ada])
        #expect(page.map(\.body.body) == [delivery(109).body, delivery(10).body])
        #expect(try await store.mails(after: 20, limit: 2).isEmpty)
        #expect(try await store.mails(after: .max, limit: 2).isEmpty)
    }

    @Test func `changes are told in order, the last of each mail`() async throws {
        let (ada, _) = try await filled()
        let end = try await store.lastSequence()
        let seen = try await store.setFlags(user: ada, numbers: [1, 2, 77], add: .seen)
        #expect(seen.map(\.number) == [1, 2])
        #expect(seen.map(\.sequence) == [end + 1, end + 2])
        try await store.setFlags(user: ada, numbers: [1], add: .flagged)
        try await store.move(user: ada, numbers: [2], to: "Archive")
        try await store.delete(user: ada, numbers: [4])
        let changes = try await store.changes(after: end, limit: 100)
        #expect(changes.map(\.number) == [1, 2, 4])
        #expect(changes.map(\.sequence) == [end + 3, end + 4, end + 5])
        #expect(changes[0].kind == .changed(mailbox: "INBOX", flags: [.seen, .flagged]))
        #expect(changes[1].kind == .changed(mailbox: "Archive", flags: .seen))
        #expect(changes[2].kind == .deleted)
        #expect(try await store.lastSequence() == end + 5)
        let all = try await store.changes(after: 0, limit: 100)
        #expect(all.count == 19 + 3)
        #expect(all[0].kind == .arrived(mailbox: "INBOX", flags: [.seen, .flagged]))
        #expect(try await store.list(user: ada, mailbox: "Archive", limit: 9).map(\.number) == [2])
    }

    @Test func `what changes nothing takes no sequence`() async throws {
        let (ada, _) = try await filled()
        try await store.setFlags(user: ada, numbers: [1], add: .seen)
        let end = try await store.lastSequence()
        #expect(try await store.setFlags(user: ada, numbers: [1], add: .seen).isEmpty)
        #expect(try await store.move(user: ada, numbers: [1], to: "INBOX").isEmpty)
        #expect(try await store.delete(user: ada, numbers: [99]).isEmpty)
        #expect(try await store.lastSequence() == end)
    }

    @Test func `a deleted mail's number and sequence are not given again`() async throws {
        let (ada, _) = try await filled()
        try await store.delete(user: ada, numbers: [10])
        try await store.close()
        let again = try MailStore.open(directory: directory.path)
        let place = try await again.deliver([delivery(50)]).placements()[0]
        #expect((place.number, place.sequence) == (11, 22))
    }
}
