/// Something that happened to a mail.
package struct MailChange: Sendable, Hashable {
    /// What happened, with the state as it is now.
    package enum Kind: Sendable, Hashable {
        /// It was delivered.
        case arrived(mailbox: String, flags: MailFlags)
        /// Its flags or its folder were changed since it arrived; of several changes only the last is told.
        case changed(mailbox: String, flags: MailFlags)
        /// It was deleted; its arrival is not told any more.
        case deleted
    }

    /// The position among all changes.
    package var sequence: UInt64
    package var user: UserID
    package var number: UInt32
    package var kind: Kind
}
