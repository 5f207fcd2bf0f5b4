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

    static func add(to derivation: inout Derivation) {
        derivation.add(subject) { $0.subject ?? "" }
        derivation.add(from) { $0.from.first?.description ?? "" }
        derivation.add(fromName) { $0.from.first?.displayName ?? "" }
        derivation.add(authors) { $0.from.map(\.description) }
        derivation.add(sender) { $0.sender.first?.description ?? "" }
        derivation.add(replyTo) { $0.replyTo.map(\.description) }
        derivation.add(to) { $0.to.map(\.description) }
        derivation.add(cc) { $0.cc.map(\.description) }
        derivation.add(date) { Int($0.date?.seconds ?? 0) }
        derivation.add(messageID) { $0.messageID ?? "" }
        derivation.add(inReplyTo) { $0.inReplyTo }
        derivation.add(references) { $0.references }
        derivation.add(listID) { $0.mailingListID ?? "" }
        derivation.add(names) { $0.header.fields.map(\.lowercaseName).eachOnce() }
    }
}
