package import Bytes

/// A mail that has just come into a mailbox.
package struct Arrival: Sendable, Hashable {
    /// The mailbox owner's address.
    package var user: String
    /// The user's number for the mail.
    package var number: UInt32
    /// Its place in the order of all mail of the store; rises with every arrival.
    package var sequence: UInt64
    package var mailbox: String
    package var subject: String
    package var sender: String
    package var received: Timestamp

    package init(
        user: String, number: UInt32, sequence: UInt64, mailbox: String, subject: String, sender: String,
        received: Timestamp
    ) {
        self.user = user
        self.number = number
        self.sequence = sequence
        self.mailbox = mailbox
        self.subject = subject
        self.sender = sender
        self.received = received
    }
}
