/// What a user has noted about a mail.
///
/// On disk; never renumber.
package struct MailFlags: OptionSet, Sendable, Hashable, Codable {
    /// The bits.
    package let rawValue: UInt32

    /// Flags of bits.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The user has read it.
    package static let seen = MailFlags(rawValue: 1 << 0)
    /// The user has answered it.
    package static let answered = MailFlags(rawValue: 1 << 1)
    /// The user has marked it as important.
    package static let flagged = MailFlags(rawValue: 1 << 2)
    /// The user is still writing it.
    package static let draft = MailFlags(rawValue: 1 << 3)
    /// The user has sent it on.
    package static let forwarded = MailFlags(rawValue: 1 << 4)
    /// It is junk, as a stage or the user says.
    package static let junk = MailFlags(rawValue: 1 << 5)
}
