import Bytes

/// A record ready to be written, its checksum already counted by whoever made it.
///
/// It is passed from hand to hand and never changes, so it is shared and not copied.
final class PreparedRecord: Sendable {
    let kind: RecordHeader.Kind
    /// The payload, but for a message's content.
    let prefix: [UInt8]
    /// The content, which is not copied before it is written.
    let content: Octets?
    let checksum: UInt32
    /// What it adds to which pipeline's ledger.
    let pipeline: String
    let ledger: Ledger
    /// The oldest segment with a message that it is about, which is needed until this is written.
    let segment: UInt64?

    init(_ record: Record, content: Octets? = nil, about segment: UInt64? = nil) {
        self.segment = segment
        (kind, prefix) = record.encoded()
        self.content = content
        var checksum = CRC32C()
        prefix.withUnsafeBytes { checksum.update($0) }
        content?.withUnsafeBytes { checksum.update($0) }
        self.checksum = checksum.value
        (pipeline, ledger) =
            switch record {
            case .accepted(let message): (message.pipeline.name, message.state.receivedLedger)
            case .changed(_, let pipeline, _, let ledger), .delivered(_, let pipeline, let ledger): (pipeline, ledger)
            default: ("", Ledger())
            }
    }

    /// Octets of payload.
    var length: Int { prefix.count + (content?.count ?? 0) }

    /// What it takes in a segment.
    var size: Int { RecordHeader.paddedSize(payload: length) }

    /// Whether it must be written again, elsewhere, if the disk loses it.
    ///
    /// A message is not (its sender is told), and what moves messages is planned anew.
    var isOutcome: Bool { kind == .changed || kind == .delivered || kind == .attempted }
}

/// Where a message's record stands.
struct Location: Sendable, Equatable {
    var segment: UInt64
    /// Of the record's header.
    var offset: Int
    /// Octets of payload.
    var length: Int
    /// The record's number.
    var sequence: UInt64
}
