public import Addressing
public import SMTP

/// One recipient of a message.
public struct Recipient: Sendable, Hashable {
    /// The forward-path's mailbox.
    public var address: EmailAddress
    /// Its place in the envelope, from 0; what becomes of the recipient is recorded under it.
    public let index: Int
    /// What the client asked for about this recipient.
    public var parameters = RecipientParameters()
    /// What is known about this recipient's copy.
    public var facts = Facts()

    /// A recipient at a place in the envelope.
    public init(_ address: EmailAddress, index: Int) {
        self.address = address
        self.index = index
    }
}
