package import Bytes
package import StageKit

/// What a list of mails shows of one; see ``MailDelivery`` for the fields they share.
package struct MailSummary: Sendable, Hashable {
    package var user: UserID
    /// The mail's number among the user's.
    package var number: UInt32
    /// The position of its arrival among all changes.
    package var sequence: UInt64
    package var message: MessageID
    package var mailbox: String
    package var flags: MailFlags
    package var date: Timestamp?
    package var received: Timestamp
    package var subject: String
    package var sender: String
    package var recipients: String
    package var reversePath: String
    package var size: Int
    package var attachmentCount: Int
    package var preview: String
}
