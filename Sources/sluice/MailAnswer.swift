import MIME
import MailStore
import Mailboxes
import StageKit

/// What `sluice mail show --json` prints.
struct MailAnswer: Encodable {
    /// An attachment.
    struct Attachment: Encodable {
        let name: String?
        let type: String
    }

    let id: UInt32
    let message: String
    let received: String
    let date: String?
    let from: String
    let to: String
    let subject: String
    let mailbox: String
    let size: Int
    let isUnread: Bool
    let text: String
    let attachments: [Attachment]
    /// The fields that the server put before the message.
    let trace: String
    /// What the stages found out.
    let facts: [String: String]

    init(_ mail: StoredMail) {
        let parsed = ParsedMessage(parsing: mail.content)
        let summary = mail.summary
        id = summary.number
        message = summary.message.description
        received = summary.received.shown
        date = summary.date?.shown
        from = summary.sender
        to = summary.recipients
        subject = summary.subject
        mailbox = summary.mailbox
        size = summary.size
        isUnread = !summary.flags.contains(.seen)
        text = parsed.text
        attachments = parsed.attachments.map { Attachment(name: $0.filename, type: $0.mediaType.essence) }
        trace = String(decoding: mail.body.trace, as: UTF8.self)
        facts = Self.facts(MailFacts.lines(of: mail, parsed))
    }

    /// The lines `name: value`, taken apart.
    private static func facts(_ lines: [Substring]) -> [String: String] {
        var facts: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            facts[String(parts[0])] = String(parts[1].drop { $0 == " " })
        }
        return facts
    }
}
