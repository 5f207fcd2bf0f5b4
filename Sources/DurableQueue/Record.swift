import Bytes
import StageKit

/// What a record says, without the content of a message, which stays where it is.
enum Record {
    /// The ledger up to here, and the segments that count: at the beginning of each segment.
    case checkpoint(Checkpoint)
    /// A new message.
    case accepted(MessageRecord)
    /// A message that an older segment held, with what has become of it.
    case carried(MessageRecord)
    case changed(MessageID, pipeline: String, StateChange, Ledger)
    /// Messages of a pipeline that all who were pending have now, so that they are finished.
    case delivered([MessageID], pipeline: String, Ledger)
    case attempted(step: String, [(id: MessageID, count: Int)])
    /// Segments up to this one are not needed any more.
    case retired(through: UInt64)
}

/// The state of the journal where a segment begins.
struct Checkpoint: Equatable {
    /// An older segment: records from `end` on are void, and so many before it are good.
    struct Segment: Equatable {
        var number: UInt64
        var end: UInt64
        var count: Int
    }

    var ledgers: [String: Ledger]
    var segments: [Segment]
}

/// A message as a record holds it.
struct MessageRecord: Equatable {
    var id: MessageID
    var pipeline: PipelineVersion
    var received: Timestamp
    /// The number of the record that accepted it; 0 stands for the record's own.
    var arrival: UInt64
    var state: MessageState
    var head: [UInt8]
    /// The octets of content behind everything else.
    var contentCount: Int
    /// The content, if it stands in a file of its own and not in the record.
    var spooled: SpooledContent?
}
