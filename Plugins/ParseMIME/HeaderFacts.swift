import Bytes
import MIME
package import StageKit

/// The facts about chosen header fields.
package enum HeaderFacts {
    package static let subject = Fact<String>("header.subject", "The decoded subject; empty if there is none.")
    package static let from = Fact<String>("header.from", "The first address in From; empty if there is none.")
    package static let fromName = Fact<String>(
        "header.from-name", "The name before it, decoded; empty if there is none.")
    package static let authors = Fact<[String]>("header.authors", "All addresses in From.")
    package static let sender = Fact<String>("header.sender", "The address in Sender; empty if there is none.")
    package static let replyTo = Fact<[String]>("header.reply-to", "All addresses in Reply-To.")
    package static let to = Fact<[String]>("header.to", "All addresses in To, groups flattened.")
    package static let cc = Fact<[String]>("header.cc", "All addresses in Cc, groups flattened.")
    package static let date = Fact<Int>(
        "header.date", "The date in seconds since 1970; 0 if there is none that can be read.")
    package static let messageID = Fact<String>("header.message-id", "The message id without angle brackets, or empty.")
    package static let inReplyTo = Fact<[String]>("header.in-reply-to", "The ids of the messages that it answers.")
    package static let references = Fact<[String]>("header.references", "The ids of its thread, oldest first.")
    package static let listID = Fact<String>("header.list-id", "The id of the mailing list it came through, or empty.")
    package static let names = Fact<[String]>(
        "header.names", "The names of all header fields, in lower case, each once.")

    static let declarations = [
        subject.declaration, from.declaration, fromName.declaration, authors.declaration, sender.declaration,
        replyTo.declaration, to.declaration, cc.declaration, date.declaration, messageID.declaration,
        inReplyTo.declaration, references.declaration, listID.declaration, names.declaration,
    ]

    static func set(_ facts: inout Facts, from message: ParsedMessage) {
        let authors = message.from
        let addresses = authors.map(\.description)
        facts[subject] = message.subject ?? ""
        facts[from] = addresses.first ?? ""
        facts[fromName] = authors.first?.displayName ?? ""
        facts[Self.authors] = addresses
        facts[sender] = message.sender.first?.description ?? ""
        facts[replyTo] = message.replyTo.map(\.description)
        facts[to] = message.to.map(\.description)
        facts[cc] = message.cc.map(\.description)
        facts[date] = Int(message.date?.seconds ?? 0)
        facts[messageID] = message.messageID ?? ""
        facts[inReplyTo] = message.inReplyTo
        facts[references] = message.references
        facts[listID] = message.mailingListID ?? ""
        facts[names] = message.header.fields.map(\.lowercaseName).eachOnce()
    }
}
