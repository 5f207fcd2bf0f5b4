import Addressing
package import DurableQueue
package import StageKit

/// Who sent a queued message to whom, and what has become of each recipient.
package struct QueuedEnvelope: Sendable {
    /// Who brought it.
    package let client: Client
    /// The reverse-path; empty for the null path.
    package let sender: String
    /// The recipients in their order.
    package let recipients: [(address: String, state: RecipientState)]

    /// Reads the envelope of a message.
    ///
    /// - Throws: `MalformedRecord` if what the queue keeps of it is none.
    package init(of queued: QueuedMessage) throws {
        let message = try MessageHead.decode(
            queued.head, id: queued.id, received: queued.received, content: queued.content)
        client = message.client
        sender = message.senderText
        recipients = zip(message.recipients, queued.recipients).map { ($0.address.description, $1) }
    }
}
