import Bytes
import SearchIndex

/// A question in a form that the model can answer without the index's own parser and tokenizer.
indirect enum Question {
    enum Part: String, CaseIterable {
        case any, from, to, subject, filename
    }

    case word(Part, String)
    case prefix(String)
    case phrase(Part, [String])
    case unread, flagged, attachment
    case mailbox(UInt32)
    case larger(Int)
    case before(day: Int)
    case and([Question])
    case or([Question])
    case not(Question)

    /// As somebody would type it.
    var text: String {
        switch self {
        case .word(.any, let word): word + " "
        case .word(let part, let word): "\(part.rawValue):\(word) "
        case .prefix(let word): word
        case .phrase(.any, let words): "\"\(words.joined(separator: " "))\""
        case .phrase(let part, let words): "\(part.rawValue):\"\(words.joined(separator: " "))\""
        case .unread: "is:unread"
        case .flagged: "is:flagged"
        case .attachment: "has:attachment"
        case .mailbox(let mailbox): "in:box\(mailbox)"
        case .larger(let size): "larger:\(size)"
        case .before(let day): "before:2025-10-\(day < 10 ? "0" : "")\(day)"
        case .and(let parts): "(" + parts.map(\.text).joined(separator: " ") + ")"
        case .or(let parts): "(" + parts.map(\.text).joined(separator: " OR ") + ")"
        case .not(let part): "-(\(part.text))"
        }
    }
}

/// All mails in arrays: slow, and too simple to be wrong.
struct MailModel {
    struct Entry {
        var mail: IndexedMail
        var flags: MailFlags = []
        var mailbox: UInt32 = 0
    }

    private(set) var entries: [UInt32: [UInt32: Entry]] = [:]

    mutating func add(_ mail: IndexedMail) {
        if entries[mail.user]?[mail.number] == nil { entries[mail.user, default: [:]][mail.number] = Entry(mail: mail) }
    }

    mutating func remove(user: UInt32, number: UInt32) {
        entries[user]?[number] = nil
    }

    mutating func remove(user: UInt32) {
        entries[user] = nil
    }

    mutating func set(user: UInt32, number: UInt32, flags: MailFlags, mailbox: UInt32) {
        entries[user]?[number]?.flags = flags
        entries[user]?[number]?.mailbox = mailbox
    }

    /// The numbers of the mails that fit, newest first.
    func search(user: UInt32, _ question: Question) -> [UInt32] {
        (entries[user] ?? [:]).values.filter { Self.fits($0, question) }.map(\.mail.number).sorted(by: >)
    }

    private static func fits(_ entry: Entry, _ question: Question) -> Bool {
        switch question {
        case .word(let part, let word): texts(entry.mail, part).contains { $0.contains(word) }
        case .prefix(let word): texts(entry.mail, .any).contains { $0.contains { $0.hasPrefix(word) } }
        case .phrase(let part, let words): texts(entry.mail, part).contains { holds($0, words) }
        case .unread: !entry.flags.contains(.read)
        case .flagged: entry.flags.contains(.flagged)
        case .attachment: entry.mail.hasAttachment
        case .mailbox(let mailbox): entry.mailbox == mailbox
        case .larger(let size): entry.mail.size > size
        case .before(let day): entry.mail.date < Timestamp(seconds: 1_759_276_800 + Int64(day - 1) * 86_400)
        case .and(let parts): parts.allSatisfy { fits(entry, $0) }
        case .or(let parts): parts.contains { fits(entry, $0) }
        case .not(let part): !fits(entry, part)
        }
    }

    private static func holds(_ words: [String], _ phrase: [String]) -> Bool {
        guard words.count >= phrase.count else { return false }
        return (0...words.count - phrase.count).contains { Array(words[$0..<$0 + phrase.count]) == phrase }
    }

    /// The words of each text of a part; test mails have words of `a` to `z` between single signs only.
    private static func texts(_ mail: IndexedMail, _ part: Question.Part) -> [[String]] {
        let texts: [String] =
            switch part {
            case .any: [mail.subject, mail.body] + mail.from + mail.to + mail.attachmentNames
            case .from: mail.from
            case .to: mail.to
            case .subject: [mail.subject]
            case .filename: mail.attachmentNames
            }
        return texts.map { text in
            text.split { !$0.isLetter }.map(String.init)
                + text.split(separator: " ").map(String.init).filter { $0.contains("@") }.map {
                    String($0.dropFirst().dropLast())
                }
        }
    }
}
