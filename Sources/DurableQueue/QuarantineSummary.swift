package import Bytes
package import StageKit

/// One message in quarantine, in a list.
package struct QuarantineSummary: Sendable, Equatable {
    package var id: MessageID
    package var pipeline: PipelineVersion
    package var received: Timestamp
    /// Its size in the journal.
    package var size: ByteCount
    /// How many recipients are held.
    package var recipients: Int
    /// The step that held it.
    package var step: String
    package var reason: String
}
