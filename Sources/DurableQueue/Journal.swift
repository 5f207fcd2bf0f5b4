import Bytes
import Files
import StageKit

/// The writer of the segments.
///
/// One thread uses it; its calls block. What it says is durable is so: after a failed write or synchronisation the
/// segment is sealed where it was last known to be good, and never written or trusted beyond that again.
final class Journal: @unchecked Sendable {
    // Proof: used by the thread that opens the queue until the committing thread starts, and by that one alone then.

    /// A segment that is written no more.
    struct Sealed {
        var number: UInt64
        /// The number of the first record that does not count.
        var end: UInt64
        /// How many records count.
        var count: Int
        var size: Int
        var fate = Fate.reuse
    }

    /// What becomes of a segment's file once nothing in it is needed.
    enum Fate {
        case reuse
        /// Stale records behind its end could be taken for new ones, or it is from before the last start.
        case remove
        /// Parts of it could not be read: evidence.
        case setAside
    }

    /// The segment that is written.
    struct Current {
        var number: UInt64
        var file: any File
        var size: Int
        var firstSequence: UInt64
        var salt: UInt64
    }

    struct Spare {
        var path: String
        var size: Int
    }

    let fileSystem: any FileSystem
    let directory: String
    let segmentSize: Int
    let now: @Sendable () -> Timestamp
    let buffer = WriteBuffer()

    /// In the order of their numbers.
    var sealed: [Sealed] = []
    var current: Current?
    var spares: [Spare] = []
    var nextNumber: UInt64 = 1
    var nextSequence: UInt64 = 1
    var firstUnsynced: UInt64 = 1
    /// The sum of all records so far, and of those that are durable.
    var ledgers = FewKeys<String, Ledger>()
    var syncedLedgers = FewKeys<String, Ledger>()
    /// Outcomes written since the last synchronisation, which are lost if the next one fails.
    var unsynced: [PreparedRecord] = []
    /// Outcomes that found no room on the disk yet.
    var backlog: [PreparedRecord] = []
    /// Finished messages whose content is still there.
    var unneededSpools: [MessageID] = []
    /// Why outcomes are in the backlog.
    var failure: FileError?
    /// Why the last attempt at a new segment failed; one attempt a commit is enough.
    var refusal: FileError?
    /// Messages that could not be read when they were to be moved.
    var doubts = ReadDoubts()

    init(
        fileSystem: any FileSystem, directory: String, segmentSize: Int, now: @escaping @Sendable () -> Timestamp
    ) {
        self.fileSystem = fileSystem
        self.directory = directory
        self.segmentSize = FileBlock.roundUp(max(segmentSize, Self.smallestSegment))
        self.now = now
    }

    /// A block for the checkpoint, and one for records.
    static let smallestSegment = 2 * FileBlock.size
    /// The part of a segment that is kept for outcomes while no further segment can be had.
    static let reserveDivisor = 4

    /// Whether a synchronisation would make anything durable.
    var hasUnsynced: Bool { firstUnsynced < nextSequence || !backlog.isEmpty }

    func path(_ name: SegmentName) -> String { directory + "/" + name.text }

    /// Writes one record behind the others; it is not durable yet.
    func write(_ record: PreparedRecord) throws(FileError) -> Location {
        guard let current else { throw refusal ?? FileError(.write, path: directory, code: 5) }
        let location = Location(
            segment: current.number, offset: buffer.end, length: record.length, sequence: nextSequence)
        let header = RecordHeader(
            kind: record.kind, length: record.length, payloadChecksum: record.checksum, sequence: nextSequence,
            firstUnsynced: firstUnsynced, salt: current.salt)
        try buffer.append(record, header, to: current.file)
        nextSequence += 1
        if record.isOutcome { unsynced.append(record) }
        if !record.pipeline.isEmpty { ledgers[record.pipeline, default: Ledger()].add(record.ledger) }
        return location
    }

    /// Makes everything written durable.
    func synchronize() throws(FileError) {
        guard let current else { return }
        try buffer.finish(to: current.file, size: current.size)
        guard firstUnsynced < nextSequence else { return }
        try current.file.synchronize()
        buffer.skipToBlock()
        firstUnsynced = nextSequence
        syncedLedgers = ledgers
        unsynced.removeAll(keepingCapacity: true)
    }

    /// Gives the segment up after an error: what was not durable counts as lost, and outcomes are kept to be written
    /// again.
    func abandon() {
        nextSequence = firstUnsynced
        ledgers = syncedLedgers
        backlog = unsynced + backlog
        unsynced = []
        seal(.remove)
    }

    /// Ends the segment at the last record that is durable.
    func seal(_ fate: Fate = .reuse) {
        guard let current else { return }
        sealed.append(
            Sealed(
                number: current.number, end: nextSequence, count: Int(nextSequence - current.firstSequence),
                size: current.size, fate: fate))
        current.file.close()
        self.current = nil
    }
}
