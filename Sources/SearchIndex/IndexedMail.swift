package import Bytes

/// What the index is given for one user's copy of one mail.
package struct IndexedMail: Sendable {
    /// Whose copy it is.
    package var user: UInt32
    /// The user's own number of the mail: from 1 up, rising in order of arrival.
    package var number: UInt32
    /// The number that the store gives to each copy, rising over all users.
    package var sequence: UInt64
    package var date: Timestamp
    /// The size of the whole message in octets.
    package var size: Int
    /// What the mails of one conversation share.
    package var thread: UInt64
    package var subject: String
    /// The text of the mail, decoded; what lies beyond ``MailLimits/body`` is not indexed.
    package var body: String
    /// The senders, each as `Display Name <local@domain>`.
    package var from: [String]
    /// The recipients (to, cc), each as `Display Name <local@domain>`.
    package var to: [String]
    package var attachmentNames: [String]
    package var hasAttachment: Bool

    /// A mail of which everything is known.
    package init(
        user: UInt32, number: UInt32, sequence: UInt64, date: Timestamp, size: Int, thread: UInt64 = 0,
        subject: String = "", body: String = "", from: [String] = [], to: [String] = [],
        attachmentNames: [String] = [], hasAttachment: Bool = false
    ) {
        self.user = user
        self.number = number
        self.sequence = sequence
        self.date = date
        self.size = size
        self.thread = thread
        self.subject = subject
        self.body = body
        self.from = from
        self.to = to
        self.attachmentNames = attachmentNames
        self.hasAttachment = hasAttachment
    }
}

/// How much of one mail is indexed, in octets of UTF-8; bounds the memory and time that one mail can cost.
package enum MailLimits {
    /// Of the body: longer than all that people write and most of what programs do.
    ///
    /// A small level 0 takes less (``LevelZero/bodyLimit``).
    package static let body = 131_072
    /// Of the subject: twice the longest line of RFC 5322, section 2.1.1.
    package static let subject = 2_048
    /// Of all senders together.
    package static let from = 2_048
    /// Of all recipients together: about 200 addresses.
    package static let to = 8_192
    /// Of all attachment names together.
    package static let attachmentNames = 4_096

    /// Of everything but the body.
    static let beside = subject + from + to + attachmentNames
}
