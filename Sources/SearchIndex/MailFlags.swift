/// What a user did with a mail, as far as searches ask for it.
///
/// Flags change and segments do not, so the index keeps them in memory and is told them anew after each start.
package struct MailFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Seen by the user; a mail without it is unread.
    package static let read = MailFlags(rawValue: 1)
    package static let flagged = MailFlags(rawValue: 2)
    package static let answered = MailFlags(rawValue: 4)
    package static let draft = MailFlags(rawValue: 8)
}
