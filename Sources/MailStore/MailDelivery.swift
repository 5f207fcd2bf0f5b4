package import Bytes
package import StageKit

/// A message on its way into one user's mail.
package struct MailDelivery: Sendable {
    /// The message; with the recipient it makes the delivery unique.
    package var message: MessageID
    /// The user's address.
    package var recipient: String
    /// The folder, such as `INBOX` or `Junk`; made when it is first named.
    package var mailbox: String
    /// When the sender says to have written it, if at all.
    package var date: Timestamp?
    /// When the server accepted it.
    package var received: Timestamp
    /// The subject, decoded.
    package var subject: String
    /// The From field's text as it is displayed.
    package var sender: String
    /// The To and Cc fields' text as it is displayed.
    package var recipients: String
    /// The envelope's sender; empty for a bounce.
    package var reversePath: String
    /// The message's octets, as accepted.
    package var size: Int
    /// How many attachments it has.
    package var attachmentCount: Int
    /// The beginning of the text, for lists.
    package var preview: String
    /// The fields that we put before the message (Return-Path, Received), apart from the accepted octets.
    package var trace: [UInt8]
    /// The message in its stored form, which the store does not look into; kept once for all recipients.
    package var body: [UInt8]
    /// What stages found out, as JSON, which the store does not look into.
    package var facts: [UInt8]
    /// What is noted from the start.
    package var flags: MailFlags

    /// A delivery of an empty message; set what is known.
    package init(message: MessageID, recipient: String, mailbox: String = "INBOX", received: Timestamp) {
        self.message = message
        self.recipient = recipient
        self.mailbox = mailbox
        self.received = received
        subject = ""
        sender = ""
        recipients = ""
        reversePath = ""
        size = 0
        attachmentCount = 0
        preview = ""
        trace = []
        body = []
        facts = []
        flags = []
    }
}
