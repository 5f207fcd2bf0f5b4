import Addressing
import CheckRecipientStage
import Foundation
import MailStore
import Mailboxes
import SMTP
import StageKit
import StageTesting
import Testing

struct CheckRecipientTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "recipient-\(UUID().uuidString)")

    /// Uses the stage of a site where alice has a mailbox.
    private func withStage(
        postmaster: EmailAddress? = nil, _ body: (CheckRecipient) async throws -> Void
    ) async throws {
        var site = Samples.site(dataDirectory: directory.path)
        site.localDomains = ["example.org", "example.net"]
        site.postmaster = postmaster
        let services = Samples.services(site)
        _ = try await services.mailStore().addUser("alice@example.org")
        var settings = Settings(recording: ())
        let stage = CheckRecipient(configuration: NoConfiguration(from: &settings), services: services)
        try await stage.prepare()
        try await body(stage)
        await stage.stop()
        try await services.mailStore().close()
        try FileManager.default.removeItem(at: directory)
    }

    private func code(_ verdict: Verdict) -> String {
        switch verdict {
        case .proceed: "proceed"
        case .reject(let reply, _): "\(reply.code) \(reply.status.map { "\($0)" } ?? "-")"
        case .postpone, .discard, .quarantine, .perRecipient: "\(verdict)"
        }
    }

    @Test(arguments: [
        ("alice", "example.org", "proceed"), ("Alice", "example.org", "proceed"),
        ("nobody", "example.org", "550 5.1.1"), ("alice", "example.com", "550 5.7.1"),
        ("", "example.org", "550 5.1.1"), ("'; DROP TABLE user; --", "example.org", "550 5.1.1"),
        (String(repeating: "a", count: 10_000), "example.org", "550 5.1.1"),
    ])
    func `only those with a mailbox here may be recipients`(
        _ localPart: String, _ domain: String, _ answer: String
    ) async throws {
        try await withStage { stage in
            var message = Samples.message(text: "")
            var recipient = Recipient(EmailAddress(localPart: localPart, domain: domain), index: 0)
            let verdict = try await stage.recipient(&recipient, of: &message, in: Samples.context())
            #expect(code(verdict) == answer)
        }
    }

    private static let alice = EmailAddress(localPart: "alice", domain: "example.org")

    @Test(arguments: [
        ("postmaster", "example.org"), ("Postmaster", "example.net"), ("POSTMASTER", "example.org"),
    ])
    func `mail for postmaster is for the user whom the site names`(
        _ localPart: String, _ domain: String
    ) async throws {
        try await withStage(postmaster: Self.alice) { stage in
            let address = EmailAddress(localPart: localPart, domain: domain)
            var message = Samples.message(text: "", to: ["\(address)"])
            var recipient = Recipient(address, index: 0)
            let verdict = try await stage.recipient(&recipient, of: &message, in: Samples.context())
            #expect(verdict == .proceed && recipient == Recipient(Self.alice, index: 0))
            let whole = try await stage.process(&message, in: Samples.context())
            #expect(whole == .proceed)
            #expect(message.recipients == [recipient], "also where there is no recipient phase")
        }
    }

    @Test(arguments: [
        (alice, "postmaster", "example.com", "550 5.7.1"), (alice, "postmasters", "example.org", "550 5.1.1"),
        (nil, "postmaster", "example.org", "550 5.1.1"),
    ])
    func `postmaster elsewhere, and without a setting, is an address as any other`(
        _ postmaster: EmailAddress?, _ localPart: String, _ domain: String, _ answer: String
    ) async throws {
        try await withStage(postmaster: postmaster) { stage in
            var message = Samples.message(text: "")
            var recipient = Recipient(EmailAddress(localPart: localPart, domain: domain), index: 0)
            let verdict = try await stage.recipient(&recipient, of: &message, in: Samples.context())
            #expect(code(verdict) == answer)
        }
    }

    @Test func `mail for postmaster waits at the sender's until its user is there`() async throws {
        try await withStage(postmaster: EmailAddress(localPart: "admin", domain: "example.org")) { stage in
            var message = Samples.message(text: "")
            var recipient = Recipient(EmailAddress(localPart: "postmaster", domain: "example.org"), index: 0)
            let verdict = try await stage.recipient(&recipient, of: &message, in: Samples.context())
            guard case .postpone(let reply, _) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            #expect(reply.code == 451)
        }
    }

    @Test func `a user whom another process has added is known`() async throws {
        try await withStage { stage in
            var message = Samples.message(text: "")
            var recipient = Recipient(EmailAddress(localPart: "carol", domain: "example.org"), index: 0)
            let other = Samples.services(Samples.site(dataDirectory: directory.path))
            _ = try await other.mailStore().addUser("carol@example.org")
            try await other.mailStore().close()
            #expect(try await stage.recipient(&recipient, of: &message, in: Samples.context()) == .proceed)
        }
    }

    @Test func `of a whole message each recipient is judged`() async throws {
        try await withStage { stage in
            var message = Samples.message(text: "", to: ["alice@example.org", "nobody@example.org", "a@example.com"])
            guard case .perRecipient(let verdicts) = try await stage.process(&message, in: Samples.context()) else {
                Issue.record("one verdict for all")
                return
            }
            #expect(verdicts.map(code) == ["proceed", "550 5.1.1", "550 5.7.1"])
            var fine = Samples.message(text: "")
            #expect(try await stage.process(&fine, in: Samples.context()) == .proceed)
        }
    }
}
