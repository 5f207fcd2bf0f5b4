import AttachmentStore
import Foundation
import MailStore
import Mailboxes
import SearchIndex
import StageKit
import StageTesting
import Testing

/// An index that is damaged or wrong is noticed, and is made right from the store.
struct MailIndexRepairTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "repair-\(UUID().uuidString)")
    private static let people = ["alice@example.org", "bob@example.org"]

    private func services() -> StageServices { Samples.services(Samples.site(dataDirectory: directory.path)) }

    private func fill(_ services: StageServices, _ numbers: Range<Int>) async throws {
        let store = try services.mailStore()
        for person in Self.people where try await store.user(for: person) == nil {
            _ = try await store.addUser(person)
        }
        let deliveries = numbers.map { number in
            let text = "Subject: mail \(number)\r\n\r\n\(number.isMultiple(of: 3) ? "fizz" : "plain") word\(number)\r\n"
            var delivery = MailDelivery(
                message: MessageID(high: 1, low: UInt64(number)), recipient: Self.people[number % 2],
                mailbox: number.isMultiple(of: 5) ? "Junk" : "INBOX", received: Samples.now)
            delivery.subject = "mail \(number)"
            delivery.body = StoredForm(pieces: [.literal(Array(text.utf8))]).encoded
            return delivery
        }
        for result in try await store.deliver(deliveries) { _ = try result.get() }
    }

    private static let queries = ["fizz ", "plain", "subject:mail", "in:junk", "word7 ", "word8 "]

    private func answers(_ services: StageServices) async throws -> [[UInt32]] {
        var answers: [[UInt32]] = []
        for person in Self.people {
            let user = try #require(try await services.mailStore().user(for: person))
            for text in Self.queries {
                answers.append(
                    try services.mailIndex().search(
                        user: user.value, query: try Query(parsing: text, now: Samples.now), limit: 1_000, before: nil
                    ).numbers)
            }
        }
        return answers
    }

    private func close(_ services: StageServices) async throws {
        try await services.mailIndex().close()
        try await services.mailStore().close()
    }

    /// Changes one octet of the oldest segment.
    private func damage() throws {
        let folder = directory.appending(path: "index")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".segment") }
        let path = folder.appending(path: try #require(names.min()))
        var bytes = try Data(contentsOf: path)
        bytes[40] ^= 1
        // In place: the index has mapped the file already, or is about to.
        let file = try FileHandle(forWritingTo: path)
        try file.seek(toOffset: 40)
        try file.write(contentsOf: bytes[40...40])
        try file.close()
    }

    @Test func `a sound index is found sound, and a rebuilt one is the same`() async throws {
        let services = services()
        try await fill(services, 0..<60)
        let index = try services.mailIndex()
        try await index.catchUp()
        let before = try await answers(services)
        let sound = try await index.verify()
        #expect(sound.users == 2 && sound.mails == 60 && sound.findings.isEmpty)
        let bob = try #require(try await services.mailStore().user(for: Self.people[1]))
        #expect(try await index.rebuild(user: bob) == 30)
        #expect(try await answers(services) == before)
        #expect(try await index.rebuild() == 60)
        #expect(try await answers(services) == before)
        #expect(try await index.verify().findings.isEmpty)
        try await close(services)
        let again = self.services()
        try await again.mailIndex().catchUp()
        #expect(try await answers(again) == before)
        #expect(try again.mailIndex().statistics().added == 0, "the rebuilt index was durable")
        try await close(again)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `a damaged page is named, set aside and indexed again, and no search is wrong meanwhile`() async throws {
        let first = services()
        try await fill(first, 0..<60)
        try await first.mailIndex().catchUp()
        let before = try await answers(first)
        try await close(first)
        try damage()
        let second = services()
        let index = try second.mailIndex()
        try await index.catchUp()
        let findings = try await index.verify().findings
        #expect(findings.contains { $0.contains("page 0 of 0000000001.segment") }, "\(findings)")
        let alice = try #require(try await second.mailStore().user(for: Self.people[0]))
        let query = try Query(parsing: "fizz ", now: Samples.now)
        let error = #expect(throws: IndexError.self) {
            try index.search(user: alice.value, query: query, limit: 10, before: nil)
        }
        #expect(try await index.repair(try #require(error)))
        #expect(try await answers(second) == before)
        #expect(try await index.verify().findings.isEmpty)
        try await close(second)
        let aside = directory.appending(path: "index/set-aside/0000000001.segment")
        #expect(FileManager.default.fileExists(atPath: aside.path))
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `what the index has and the store does not is told`() async throws {
        let services = services()
        try await fill(services, 0..<10)
        let index = try services.mailIndex()
        try await index.catchUp()
        let alice = try #require(try await services.mailStore().user(for: Self.people[0]))
        _ = try await services.mailStore().delete(user: alice, numbers: [2])
        #expect(try await index.verify().findings == ["alice@example.org: mail 2 is in the index and not in the store"])
        #expect(try await index.rebuild(user: alice) == 4)
        #expect(try await index.verify().findings.isEmpty)
        try await close(services)
        try FileManager.default.removeItem(at: directory)
    }

    @Test func `mail on its way to the index is no finding, and mail that never comes is one`() async throws {
        let services = services()
        try await fill(services, 0..<10)
        let index = try services.mailIndex()
        try await index.catchUp()
        try await fill(services, 10..<12)
        let reader = MailReader(store: try services.mailStore(), attachments: try services.attachmentStore())
        let late = try await reader.store.mails(after: 10, limit: 10)
        #expect(late.count == 2)
        async let verification = index.verify()
        try await Task.sleep(for: .milliseconds(50))
        for mail in late {
            try await index.add([IndexEntry(mail.summary, content: try await reader.content(of: mail.body))])
        }
        #expect(try await verification.findings.isEmpty)
        try await fill(services, 12..<13)
        #expect(try await index.verify().findings == ["alice@example.org: mail 7 is not in the index"])
        try await close(services)
        try FileManager.default.removeItem(at: directory)
    }
}
