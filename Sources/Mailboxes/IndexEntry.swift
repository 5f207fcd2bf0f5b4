package import Bytes
package import MIME
package import MailStore
package import SearchIndex

/// What the index is given of a mail, and the mailbox it lies in.
package struct IndexEntry: Sendable {
    package let mail: IndexedMail
    package let mailbox: String

    /// A mail that has just been stored.
    package init(
        _ placement: Placement, mailbox: String, parsed: ParsedMessage, text: String, received: Timestamp, size: Int
    ) {
        self.mailbox = mailbox
        let attachments = parsed.attachments
        mail = IndexedMail(
            user: placement.user.value, number: placement.number, sequence: placement.sequence,
            date: parsed.date ?? received, size: size, subject: parsed.subject ?? "", body: text,
            from: parsed.from.map(\.indexText), to: (parsed.to + parsed.cc).map(\.indexText),
            attachmentNames: attachments.compactMap(\.filename), hasAttachment: !attachments.isEmpty)
    }

    /// A mail as the store has it.
    package init(_ summary: MailSummary, content: Octets) {
        let parsed = ParsedMessage(parsing: content)
        let placement = Placement(
            user: summary.user, number: summary.number, sequence: summary.sequence, isNew: false)
        self.init(
            placement, mailbox: summary.mailbox, parsed: parsed, text: parsed.text, received: summary.received,
            size: summary.size)
    }
}

extension MailAddress {
    /// The form that the index splits into words and an exact address.
    fileprivate var indexText: String {
        let address = "<\(localPart)@\(domain)>"
        return displayName.map { "\($0) \(address)" } ?? address
    }
}
