/// The proof that a message is on disk: without one, no 250.
///
/// Only the queue can make one, after the commit that holds the message (the initialiser is system interface, and a
/// test of the architecture sees that only the queue imports it).
public struct DurableReceipt: Sendable, Hashable {
    /// The message that is safe now.
    public let message: MessageID

    /// Attests that a commit with the message has reached the disk.
    @_spi(DurableQueue)
    public init(committed message: MessageID) {
        self.message = message
    }
}
