import Files
import Synchronization

/// A full-text index of mail: a log-structured merge tree with its newest level in memory.
///
/// Mails are found from the moment ``add(_:)`` returns. What is in memory only is lost in a crash and given again by the caller from its store:
/// ``open(directory:fileSystem:options:)`` says from where. Searches run beside the writer and beside merges.
///
/// Locks, in the order in which they may be taken together: `flushing` or `merging` (one of each at a time), `commits` (manifest and
/// what changes with it), `writer` (level 0), `published` (for the moment of copying a few references).
package final class InvertedIndex: Sendable {
    /// What the writer knows.
    struct WriterState: Sendable {
        /// The highest number of each user that has been asked for; 0 for none.
        var highestNumbers: [UInt32: UInt32] = [:]
        /// Up to which sequence the manifest promises everything, at most: after a failed write it may promise less.
        var coversThrough: UInt64
        /// The lowest sequence that came late and that the manifest still promises: to be taken back before anybody is
        /// told that a mail is in the index.
        var owed: UInt64?
        /// The highest sequence in a segment.
        var highestFlushed: UInt64
        /// The lowest sequence in each level 0 that is not a segment yet, the active one last.
        var lowestSequences: [UInt64] = [.max]
        /// What is about to be added, or could not be: nothing from the lowest of them on is promised.
        var expected: Set<UInt64> = []
        /// From which sequence on mails are being given again: nothing from there on is promised until that is over.
        var replayedFrom: UInt64?
        var isClosed = false
        var added = 0
        var repeated = 0

        /// Notes that the manifest promises a mail that is not in a segment.
        mutating func owe(_ sequence: UInt64) {
            if sequence <= coversThrough { owed = min(owed ?? .max, sequence) }
        }
    }

    /// What changes with the manifest.
    struct CommitState: Sendable {
        var manifest: Manifest
        var nextID: UInt64
        var isClosed = false
        var flushes = 0
        var merges = 0
        var segmentOctets = 0
        var manifestStart: Int
    }

    let directory: String
    let fileSystem: any FileSystem
    let options: IndexOptions
    let hash: Hash
    let flags = FlagStore()
    let flushing = Mutex(())
    let merging = Mutex(())
    let commits: Mutex<CommitState>
    let writer: Mutex<WriterState>
    let published: Mutex<Snapshot>
    /// Mail waits for a flush that gets no time, so it has as much right to the processor as mail.
    let flusher = MaintenanceWorker("sluice-flush", niceness: 0)
    /// Mail comes before merges.
    let merger = MaintenanceWorker("sluice-merge", niceness: 10)

    init(
        directory: String, fileSystem: any FileSystem, options: IndexOptions, hash: Hash,
        recovered: RecoveredIndex
    ) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.options = options
        self.hash = hash
        let covers = recovered.coversThrough
        writer = Mutex(WriterState(coversThrough: covers, highestFlushed: covers))
        published = Mutex(
            Snapshot(active: LevelZero(size: options.levelZeroSize, hash: hash), frozen: [], runs: recovered.runs))
        commits = Mutex(recovered.commitState)
    }

    /// The runs of this moment.
    func snapshot() -> Snapshot { published.withLock { $0 } }

    /// Stops the threads of ``startMerging()``, makes everything durable, and ends the index; twice is fine.
    package func close() throws {
        flusher.stop()
        merger.stop()
        guard !writer.withLock({ $0.isClosed }) else { return }
        defer {
            writer.withLock { $0.isClosed = true }
            commits.withLock { state in
                if !state.isClosed { state.manifest.close() }
                state.isClosed = true
            }
        }
        try flush()
    }

    /// What the index holds and has done.
    package func statistics() -> IndexStatistics {
        let snapshot = snapshot()
        var statistics = IndexStatistics()
        statistics.runs = snapshot.runs.map { run in
            IndexStatistics.Run(
                file: run.segment.file, level: run.segment.level, octets: run.segment.size,
                mails: run.segment.mailCount, dead: run.dead.count, users: run.segment.userCount)
        }
        statistics.pagesVerified = snapshot.runs.reduce(0) {
            $0 + $1.segment.pagesVerified.load(ordering: .relaxed)
        }
        for level in snapshot.frozen + [snapshot.active] {
            let visible = Int(level.published.load(ordering: .acquiring))
            statistics.levelZeroMails += visible - level.deadMails.load(ordering: .relaxed)
        }
        writer.withLock { state in
            statistics.levelZeroOctets = snapshot.active.used + snapshot.frozen.reduce(0) { $0 + $1.used }
            statistics.coversThrough = state.coversThrough
            statistics.added = state.added
            statistics.repeated = state.repeated
        }
        commits.withLock { state in
            statistics.flushes = state.flushes
            statistics.merges = state.merges
            statistics.octetsWritten = state.segmentOctets + state.manifest.size - state.manifestStart
        }
        return statistics
    }
}
