import StageKit
import Bytes
import MIME
import MailStore
import Mailboxes

/// One mail for people.
enum MailText {
    /// Prints header, text, attachments, and what the stages found out.
    static func say(_ mail: StoredMail) {
        let parsed = ParsedMessage(parsing: mail.content)
        let rows = [
            ("From", mail.summary.sender), ("To", mail.summary.recipients), ("Subject", mail.summary.subject),
            ("Date", (mail.summary.date ?? mail.summary.received).shown), ("Mailbox", mail.summary.mailbox),
            ("Size", "\(mail.summary.size) octets"), ("Message", mail.summary.message.description),
        ]
        for (name, value) in rows { Terminal.say("\(Terminal.bold(name + ":")) \(Terminal.printable(value))") }
        for part in parsed.attachments {
            let name = part.filename.map(Terminal.printable) ?? "(no name)"
            Terminal.say("\(Terminal.bold("Attachment:")) \(name), \(part.mediaType.essence)")
        }
        Terminal.say("")
        // CR LF is one Character, so only `isNewline` finds it.
        for line in parsed.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            Terminal.say(shown(line))
        }
        Terminal.say("")
        for line in String(decoding: mail.body.trace, as: UTF8.self).split(whereSeparator: \.isNewline) {
            Terminal.say("  " + shown(line))
        }
        for line in MailFacts.lines(of: mail, parsed) { Terminal.say("  " + shown(line)) }
    }

    private static func shown(_ line: Substring) -> String {
        Terminal.printable(String(line.map { $0 == "\t" ? " " : $0 }))
    }
}
