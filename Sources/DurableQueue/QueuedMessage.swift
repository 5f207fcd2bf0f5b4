package import Bytes
package import StageKit

/// A message that the queue hands out for delivery.
package struct QueuedMessage: Sendable {
    package var id: MessageID
    package var pipeline: PipelineVersion
    package var received: Timestamp
    /// When an operator let it out of quarantine last.
    package var released: Timestamp?
    /// The envelope and facts, as they were appended.
    package var head: [UInt8]
    package var content: Octets
    /// What has become of each recipient so far.
    package var recipients: [RecipientState]
    /// How often it was postponed already.
    package var attempts: Int
    /// The step to go on with; `nil` is the first.
    package var step: String?
    /// What the engine noted at the last postponement.
    package var progress: [UInt8]
    /// Whether it was in the queue before the process began.
    package var isRecovered: Bool
    /// Whether the process ended, in an earlier life, while the message was at a step.
    package var isSuspect: Bool

    package init(
        id: MessageID, pipeline: PipelineVersion, received: Timestamp, released: Timestamp? = nil, head: [UInt8],
        content: Octets, recipients: [RecipientState], attempts: Int = 0, step: String? = nil, progress: [UInt8] = [],
        isRecovered: Bool = false, isSuspect: Bool = false
    ) {
        self.id = id
        self.pipeline = pipeline
        self.received = received
        self.released = released
        self.head = head
        self.content = content
        self.recipients = recipients
        self.attempts = attempts
        self.step = step
        self.progress = progress
        self.isRecovered = isRecovered
        self.isSuspect = isSuspect
    }
}
