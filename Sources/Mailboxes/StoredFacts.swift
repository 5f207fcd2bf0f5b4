package import Bytes
package import MailStore
package import StageKit

/// The facts that the storing stages hand to each other.
package enum StoredFacts {
    /// How the message is kept, with references in the place of its attachments.
    package static let form = Fact<Octets>(
        "store.form", "The message as it is stored, with references in the place of its attachments.")
    /// How many attachments went to the attachment store.
    package static let attachments = Fact<Int>(
        "store.attachments", "How many attachments are kept in the attachment store.")
    /// The user's number for the mail; a fact of each recipient.
    package static let number = Fact<Int>("store.number", "The user's number for the mail (of each recipient).")
    /// The user; a fact of each recipient.
    package static let user = Fact<Int>("store.user", "The number of the mailbox's owner (of each recipient).")
    /// The place in the order of all mail; a fact of each recipient.
    package static let sequence = Fact<Int>(
        "store.sequence", "The mail's place in the order of all stored mail (of each recipient).")
    /// The mailbox; a fact of each recipient.
    package static let mailbox = Fact<String>("store.mailbox", "The mailbox the mail lies in (of each recipient).")
}

extension Recipient {
    /// Where the recipient's copy lies; `nil` before it is stored.
    package var placement: Placement? {
        guard let user = facts[StoredFacts.user], let number = facts[StoredFacts.number],
            let sequence = facts[StoredFacts.sequence], let user = UInt32(exactly: user),
            let number = UInt32(exactly: number), let sequence = UInt64(exactly: sequence)
        else { return nil }
        return Placement(user: UserID(value: user), number: number, sequence: sequence, isNew: false)
    }

    /// Notes where the recipient's copy lies.
    package mutating func note(_ placement: Placement, mailbox: String) {
        facts[StoredFacts.user] = Int(placement.user.value)
        facts[StoredFacts.number] = Int(placement.number)
        facts[StoredFacts.sequence] = Int(placement.sequence)
        facts[StoredFacts.mailbox] = mailbox
    }
}
