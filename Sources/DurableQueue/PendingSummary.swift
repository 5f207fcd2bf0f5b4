package import Bytes
package import StageKit

/// One pending message in a list.
package struct PendingSummary: Sendable, Equatable {
    package var id: MessageID
    package var pipeline: PipelineVersion
    package var received: Timestamp
    /// Its size in the journal.
    package var size: ByteCount
    /// How many recipients wait.
    package var recipients: Int
    package var attempts: Int
    /// The step to go on with; `nil` is the first.
    package var step: String?
    /// The next attempt; `nil` is now.
    package var until: Timestamp?
    /// Why it was postponed.
    package var reason: String?
}
