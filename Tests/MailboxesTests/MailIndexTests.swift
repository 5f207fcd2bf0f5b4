import AttachmentStore
import Bytes
import Files
import Foundation
import MailStore
import Mailboxes
import SearchIndex
import StageKit
import StageTesting
import Testing

/// The index is made of the store, and can be made again.
struct MailIndexTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "mailboxes-\(UUID().uuidString)")

    private func services() -> StageServices { Samples.services(Samples.site(dataDirectory: directory.path)) }

    /// Stores mails without indexing them; every fifth goes to Junk.
    private func fill(_ services: StageServices, _ numbers: Range<Int>) async throws -> UserID {
        let store = try services.mailStore()
        let known = try await store.user(for: "alice@example.org")
        let user = if let known { known } else { try await store.addUser("alice@example.org") }
        let deliveries = numbers.map { number in
            let text = "Subject: mail \(number)\r\n\r\n\(number.isMultiple(of: 3) ? "fizz" : "plain") word\(number)\r\n"
            var delivery = MailDelivery(
                message: MessageID(high: 1, low: UInt64(number)), recipient: "alice@example.org",
                mailbox: number.isMultiple(of: 5) ? "Junk" : "INBOX", received: Samples.now)
            delivery.subject = "mail \(number)"
            delivery.body = StoredForm(pieces: [.literal(Array(text.utf8))]).encoded
            return delivery
        }
        for result in try await store.deliver(deliveries) { _ = try result.get() }
        return user
    }

    private func search(_ services: StageServices, _ user: UserID, _ text: String) throws -> [UInt32] {
        try services.mailIndex().search(
            user: user.value, query: try Query(parsing: text, now: Samples.now), limit: 10_000, before: nil
        ).numbers
    }

    private func close(_ services: StageServices) async throws {
        try await services.mailIndex().close()
        try await services.mailStore().close()
    }

    private static let queries = ["fizz", "plain", "word7", "subject:mail", "in:junk", "in:inbox fizz", "word599"]

    @Test func `an index whose directory was removed finds the same again`() async throws {
        // More mails than one batch of catching up.
        let first = services()
        let user = try await fill(first, 0..<600)
        try await first.mailIndex().catchUp()
        // The last word of a query is a prefix: word7 and word70 to word79.
        let before = try Self.queries.map { try search(first, user, $0) }
        #expect(before.map(\.count) == [200, 400, 11, 600, 120, 160, 1])
        try await close(first)
        try FileManager.default.removeItem(at: directory.appending(path: "index"))
        let second = services()
        try await second.mailIndex().catchUp()
        #expect(try Self.queries.map { try search(second, user, $0) } == before)
        try await close(second)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `what came after the index was last closed is caught up, and nothing twice`() async throws {
        let first = services()
        let user = try await fill(first, 0..<10)
        try await first.mailIndex().catchUp()
        try await close(first)
        let second = services()
        _ = try await fill(second, 10..<25)
        try await second.mailIndex().catchUp()
        try await second.mailIndex().catchUp()
        #expect(try search(second, user, "subject:mail").count == 25)
        #expect(try search(second, user, "in:junk").count == 5)
        #expect(try second.mailIndex().count(user: user.value, query: Query(parsing: "fizz", now: Samples.now)) == 9)
        try await close(second)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `facts are shown as lines, in order, without octets and without line ends of their own`() {
        let facts = Facts(values: [
            "b": .string("two\r\nlines"), "a": .int(-1), "c": .strings(["x", "y"]), "d": .bytes(Octets([1])),
            "e": .bool(true), "f": .double(1.5), "a-b": .string("z"),
        ])
        let lines = String(decoding: FactText.lines(facts), as: UTF8.self)
        #expect(lines == "a: -1\na-b: z\nb: two  lines\nc: x, y\ne: true\nf: 1.5\n")
    }

    // MARK: What is given up

    /// Stores two mails, of which one never comes to the index, and the later one does.
    private func leaveGap(_ services: StageServices) async throws -> UserID {
        let user = try await fill(services, 0..<3)
        let index = try services.mailIndex()
        try await index.catchUp()
        _ = try await fill(services, 3..<5)
        let mails = try await services.mailStore().mails(after: 3, limit: 9)
        let reader = MailReader(store: try services.mailStore(), attachments: try services.attachmentStore())
        let last = try #require(mails.last)
        try await index.add([IndexEntry(last.summary, content: try await reader.content(of: last.body))])
        #expect(try search(services, user, "subject:mail").count == 4)
        return user
    }

    @Test func `mail whose indexing was given up is indexed at the next start`() async throws {
        let first = services()
        let user = try await leaveGap(first)
        try await close(first)
        let second = services()
        try await second.mailIndex().catchUp()
        #expect(try search(second, user, "word3") == [4])
        #expect(try search(second, user, "subject:mail").count == 5)
        try await close(second)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `mail whose indexing was given up is indexed by the repair`() async throws {
        let services = services()
        let user = try await leaveGap(services)
        let index = try services.mailIndex()
        let stored = try await index.repair(storedBefore: nil)
        #expect(stored == 5)
        #expect(try search(services, user, "word3").isEmpty)
        #expect(try await index.repair(storedBefore: stored) == 5)
        #expect(try search(services, user, "word3") == [4])
        try await close(services)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `mail that never came to the index is indexed by the repair, though nothing came after it`() async throws
    {
        let services = services()
        let user = try await fill(services, 0..<3)
        let index = try services.mailIndex()
        try await index.catchUp()
        _ = try await fill(services, 3..<5)
        let store = try services.mailStore()
        // Places that are no arrivals: a change, and a mail that is gone before it is indexed.
        try await store.setFlags(user: user, numbers: [1], add: .seen)
        try await store.delete(user: user, numbers: [5])
        let stored = try await index.repair(storedBefore: try await index.repair(storedBefore: nil))
        #expect(try search(services, user, "word3") == [4])
        #expect(try search(services, user, "subject:mail").count == 4)
        let added = index.statistics().added
        _ = try await index.repair(storedBefore: stored)
        #expect(index.statistics().added == added, "there is nothing left to repair")
        try await close(services)
        let second = self.services()
        try await second.mailIndex().catchUp()
        #expect(try second.mailIndex().statistics().added == 0, "the index promises all of it")
        try await close(second)
        try FileManager.default.removeItem(at: directory)
    }
}
