import Arrivals
import AttachmentStore
import Bytes
import Foundation
import MailStore
import Mailboxes
import SMTP
import SearchIndex
import StageKit
import StageTesting
import StoreMetadataStage
import Testing

/// store-attachments, store-metadata, index and notify together.
struct StoreStagesTests {
    private static let attachment = (0..<60_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    static func mail(_ subject: String, lineLength: Int = 76) -> [UInt8] {
        let encoded = Data(attachment).base64EncodedString()
        var lines = ""
        var rest = Substring(encoded)
        while !rest.isEmpty {
            lines += rest.prefix(lineLength) + "\r\n"
            rest = rest.dropFirst(lineLength)
        }
        return Array(
            """
            From: Bob <bob@example.com>\r
            To: alice@example.org\r
            Subject: \(subject)\r
            Date: Thu, 1 Jan 2026 10:00:00 +0000\r
            MIME-Version: 1.0\r
            Content-Type: multipart/mixed; boundary=b\r
            \r
            --b\r
            Content-Type: text/plain\r
            \r
            the quarterly figures\r
            --b\r
            Content-Type: application/octet-stream\r
            Content-Disposition: attachment; filename="figures.bin"\r
            Content-Transfer-Encoding: base64\r
            \r
            \(lines)--b--\r

            """.utf8)
    }

    @Test func `a mail is stored, found and told of, once however often it comes`() async throws {
        let server = try await MailServer()
        let arrivals = try server.services.arrivalBus().arrivals(for: nil)
        let message = Samples.message(Self.mail("Report"), to: ["alice@example.org", "bob@example.org"])
        let (first, verdicts) = try await server.deliver([message])
        #expect(verdicts == [.proceed])
        let (second, _) = try await server.deliver([message])
        #expect(first[0].recipients == second[0].recipients)
        for user in ["alice@example.org", "bob@example.org"] {
            let mails = try await server.list(user)
            #expect(mails.map(\.subject) == ["Report"] && mails[0].attachmentCount == 1 && mails[0].mailbox == "INBOX")
            #expect(try await server.search("figures", user) == [mails[0].number])
            #expect(try await server.search("subject:report has:attachment from:bob", user) == [mails[0].number])
            #expect(try await server.search("nonesuch", user).isEmpty)
        }
        #expect(try await server.services.attachmentStore().statistics().contents == 1)
        let last = Samples.message(text: "Subject: last\r\n\r\n", number: 2)
        try await server.deliver([last])
        var heard: [String] = []
        for await arrival in arrivals {
            heard.append("\(arrival.user) \(arrival.subject)")
            if arrival.subject == "last" { break }
        }
        #expect(heard == ["alice@example.org Report", "bob@example.org Report", "alice@example.org last"])
        try await server.remove()
    }

    @Test(arguments: [76, 64, 75, 4, 1_000])
    func `a mail is given back octet for octet, however its attachment was encoded`(_ lineLength: Int) async throws {
        let server = try await MailServer()
        let content = Self.mail("Report", lineLength: lineLength)
        try await server.deliver([Samples.message(content)])
        let number = try #require(try await server.list().first?.number)
        let mail = try #require(try await server.reader.mail(user: try await server.user(), number: number))
        #expect(mail.content.array == content)
        #expect(String(decoding: mail.body.trace, as: UTF8.self) == "Return-Path: <sender@example.com>\r\n")
        #expect(String(decoding: mail.body.facts, as: UTF8.self).contains("envelope.sender: sender@example.com\n"))
        try await server.remove()
    }

    @Test(arguments: [true, false])
    func `what the field of results says is not kept a second time among the facts`(_ hasField: Bool) async throws {
        let server = try await MailServer()
        var message = Samples.message(text: "Subject: checked\r\n\r\n")
        message.facts["spf.result"] = .string("pass")
        message.facts["spf.authentication-results"] = .string("spf=pass")
        let field = "Authentication-Results: mx.example.org;\r\n    spf=pass\r\n"
        if hasField { message.trace = [field] }
        try await server.deliver([message])
        let number = try #require(try await server.list().first?.number)
        let mail = try #require(try await server.reader.mail(user: try await server.user(), number: number))
        let facts = String(decoding: mail.body.facts, as: UTF8.self)
        #expect(facts.contains("spf.result: pass\n"))
        #expect(facts.contains("spf.authentication-results: spf=pass\n") == !hasField)
        #expect(String(decoding: mail.body.trace, as: UTF8.self).contains(field) == hasField)
        try await server.remove()
    }

    @Test func `a batch of hostile messages is stored, searchable, and given back octet for octet`() async throws {
        let server = try await MailServer()
        let messages = HostileMessages.all.enumerated().map { Samples.message($1.content, number: UInt64($0)) }
        let (_, verdicts) = try await server.deliver(messages)
        #expect(verdicts == messages.map { _ in .proceed })
        let user = try await server.user()
        let mails = try await server.list().sorted { $0.number < $1.number }
        #expect(mails.count == messages.count)
        for (summary, message) in zip(mails, messages) {
            let mail = try #require(try await server.reader.mail(user: user, number: summary.number))
            #expect(mail.content == message.content)
        }
        #expect(try await server.search("bottom").count <= 1)
        try await server.remove()
    }

    @Test func `the fact junk puts a mail into Junk, where the search finds it by its mailbox`() async throws {
        let server = try await MailServer()
        var junk = Samples.message(text: "Subject: pills\r\n\r\ncheap\r\n")
        junk.facts[CoreFacts.junk] = true
        let usual = Samples.message(text: "Subject: lunch\r\n\r\nnot cheap\r\n", number: 2)
        let (after, _) = try await server.deliver([junk, usual])
        #expect(after.map { $0.recipients[0].facts[StoredFacts.mailbox] } == ["Junk", "INBOX"])
        #expect(try await server.list(mailbox: "Junk").map(\.subject) == ["pills"])
        #expect(try await server.list(mailbox: "INBOX").map(\.subject) == ["lunch"])
        let numbers = try await server.list().map(\.number)
        #expect(try await server.search("cheap") == numbers)
        #expect(try await server.search("cheap in:junk") == [numbers[1]])
        #expect(try await server.search("cheap in:inbox") == [numbers[0]])
        try await server.remove()
    }

    @Test func `a recipient without a mailbox is refused, the others get their copy`() async throws {
        let server = try await MailServer()
        let message = Samples.message(
            text: "Subject: x\r\n\r\n", to: ["alice@example.org", "nobody@example.org", "bob@example.org"])
        var batch = [message]
        let verdicts = try await server.stages[1].process(&batch, in: Samples.context())
        guard case .perRecipient(let each) = verdicts[0] else {
            Issue.record("\(verdicts)")
            return
        }
        #expect(each[0] == .proceed && each[2] == .proceed && each[1].isReject)
        #expect(batch[0].recipients.map { $0.placement != nil } == [true, false, true])
        #expect(try await server.list("bob@example.org").count == 1)
        try await server.remove()
    }

    @Test func `equal attachments of different mails are kept once`() async throws {
        let server = try await MailServer()
        let mails = ["a", "b", "c"].enumerated().map { Samples.message(Self.mail($1), number: UInt64($0)) }
        try await server.deliver(mails)
        let statistics = try await server.services.attachmentStore().statistics()
        #expect(statistics.contents == 1)
        #expect(try await server.list().count == 3)
        try await server.remove()
    }

    @Test func `a preview is the first words on one line`() async throws {
        let server = try await MailServer()
        let body = "  hello\r\n\tthere\u{7} " + String(repeating: "wide ", count: 100)
        try await server.deliver([Samples.message(text: "Content-Type: text/plain; charset=utf-8\r\n\r\n\(body)")])
        let preview = try #require(try await server.list().first?.preview)
        #expect(preview.hasPrefix("hello there wide wide") && preview.unicodeScalars.count <= 201)
        try await server.remove()
    }

    @Test func `stages that were not prepared throw`() async throws {
        var settings = Settings(recording: ())
        let stage = StoreMetadata(
            configuration: NoConfiguration(from: &settings),
            services: Samples.services(Samples.site(dataDirectory: "/nowhere")))
        var batch = [Samples.message(text: "")]
        await #expect(throws: StageContractViolation.self) { try await stage.process(&batch, in: Samples.context()) }
    }

    @Test func `mail that comes to index without having been stored is an error, and nothing is indexed`() async throws
    {
        let server = try await MailServer()
        var batch = [Samples.message(text: "Subject: x\r\n\r\nunstored\r\n")]
        await #expect(throws: StageContractViolation.self) {
            try await server.stages[2].process(&batch, in: Samples.context())
        }
        #expect(try await server.search("unstored").isEmpty)
        try await server.remove()
    }
}

extension Verdict {
    fileprivate var isReject: Bool {
        if case .reject = self { true } else { false }
    }
}
