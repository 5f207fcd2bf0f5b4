import Bytes
import StageKit

/// A message that is pending or in quarantine, as the queue keeps it in memory.
struct Entry: Sendable {
    /// Where it is on its way.
    enum Phase: Equatable {
        /// In its pipeline's line.
        case ready
        /// With a claimant.
        case claimed
        /// Until its time comes; the number tells this postponement from earlier ones.
        case postponed(Int)
        /// In quarantine.
        case held
    }

    var id: MessageID
    /// The version of the pipeline that accepted it.
    var pipeline: PipelineVersion
    var received: Timestamp
    /// The number of the record that accepted it, which is its place in the line.
    var arrival: UInt64
    var location: Location
    /// What it holds of the queue's limit.
    var size: Int
    var state: MessageState
    var phase: Phase
    /// Its content, if that stands in a file of its own.
    var spooled: SpooledContent?
    /// Its head and content while they are in memory.
    var cached: (head: [UInt8], content: Octets)?
    /// Whether it was found in the journal when the queue was opened.
    var isRecovered = false

    /// The version of the pipeline under which it goes on.
    var version: PipelineVersion {
        guard let digest = state.digest else { return pipeline }
        return PipelineVersion(name: pipeline.name, digest: digest)
    }

    /// Whether it is pending and with nobody.
    var isWaiting: Bool {
        switch phase {
        case .ready, .postponed: true
        case .claimed, .held: false
        }
    }

    /// What it takes in its segment.
    var recordSize: Int { RecordHeader.paddedSize(payload: location.length) }

    /// What keeping it in memory counts for: content in a file of its own is only mapped, which is not free either.
    var memory: Int { spooled == nil ? size : recordSize + Self.mapping }

    private static let mapping = 64 << 10

    /// The record that carries it to a newer segment.
    func carried(head: [UInt8], contentCount: Int) -> MessageRecord {
        MessageRecord(
            id: id, pipeline: pipeline, received: received, arrival: arrival, state: state, head: head,
            contentCount: contentCount, spooled: spooled)
    }
}

/// A message handed to a claimant, before its content is read back.
struct Claimed: Sendable {
    var entry: Entry

    /// The message, with what was read or cached.
    func message(head: [UInt8], content: Octets) -> QueuedMessage {
        QueuedMessage(
            id: entry.id, pipeline: entry.version, received: entry.received, released: entry.state.released,
            head: head, content: content, recipients: entry.state.recipients, attempts: entry.state.attempts,
            step: entry.state.step,
            progress: entry.state.progress, isRecovered: entry.isRecovered,
            isSuspect: entry.isRecovered && !entry.state.markers.isEmpty)
    }
}
