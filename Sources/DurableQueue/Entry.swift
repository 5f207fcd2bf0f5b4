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
    /// The octets of its content.
    var contentCount: Int
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

/// An entry that goes from hand to hand and is changed where it is, since copies of it cost.
final class SharedEntry: @unchecked Sendable {
    // Proof: one has it at a time: who appends the message, then the committing thread, and from its conclusion on
    // whoever holds the queue's lock.
    var entry: Entry

    init(_ entry: consuming Entry) { self.entry = entry }
}

/// A message handed to a claimant, before its content is read back.
struct Claimed: Sendable {
    /// The message; without head and content if these are to be read.
    var message: QueuedMessage
    /// Where to read them; `nil` if they are there.
    var location: Location?

    init(_ claimed: SharedEntry) {
        message = QueuedMessage(
            id: claimed.entry.id, pipeline: claimed.entry.version, received: claimed.entry.received,
            released: claimed.entry.state.released, head: claimed.entry.cached?.head ?? [],
            content: claimed.entry.cached?.content ?? Octets([]), recipients: claimed.entry.state.recipients,
            attempts: claimed.entry.state.attempts, step: claimed.entry.state.step,
            progress: claimed.entry.state.progress, isRecovered: claimed.entry.isRecovered,
            isSuspect: claimed.entry.isRecovered && !claimed.entry.state.markers.isEmpty)
        location = claimed.entry.cached == nil ? claimed.entry.location : nil
    }
}
