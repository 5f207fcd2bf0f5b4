package import Bytes
package import Files
@_spi(DurableQueue) package import StageKit

/// The journal behind the durable line: what it has acknowledged is on disk, and what is pending is handed out until
/// every recipient is settled.
///
/// One thread writes. It takes what waits, or half of it if that is much (``GroupSize``), writes it with one call, makes
/// it durable with one `fdatasync`, and hands it to a second thread, which lets all those who waited go on; meanwhile
/// the next group is written. A third thread reads back what is no longer in memory. <doc:Format> describes the files.
package final class DurableQueue: Sendable {
    let monitor: Monitor<QueueState>
    let reader: MessageReader
    let reading: Monitor<ReadingState>
    let now: @Sendable () -> Timestamp
    let spoolThreads = BlockingThreads(count: spoolThreadCount, name: "sluice-spool")
    private let recordedContent: Int
    private let lock: ProcessLock?

    /// Enough that a few disks' queues are kept busy while one call waits.
    private static let spoolThreadCount = 4

    init(
        state: QueueState, journal: Journal, lock: ProcessLock?, now: @escaping @Sendable () -> Timestamp
    ) throws(DedicatedThread.StartError) {
        recordedContent = state.options.recordedContent.octets
        monitor = Monitor(state)
        reading = Monitor(ReadingState())
        reader = MessageReader(fileSystem: journal.fileSystem, directory: journal.directory)
        self.now = now
        self.lock = lock
        // The threads hold what they use, not the queue, so that a queue that nobody holds any more can end them.
        let concluder = Concluder(monitor: monitor)
        let committer = Committer(
            monitor: monitor, journal: journal, reader: reader, concluder: concluder, now: now)
        try DedicatedThread.start("sluice-conclude") { concluder.run() }
        try DedicatedThread.start("sluice-journal") { committer.run() }
        let reading = reading
        let reader = reader
        try DedicatedThread.start("sluice-read") { ReadingState.serve(reading, with: reader) }
    }

    deinit {
        monitor.withLock { $0.mode = .closed }
        monitor.signal()
        reading.withLock { $0.isClosed = true }
        reading.signal()
    }

    /// Opens the queue in a directory (made if need be) and recovers what it holds.
    ///
    /// - Throws: ``QueueError/inUse(directory:process:)`` if another process has it open; ``QueueError/failed(_:)`` if
    ///   the directory cannot be read. Damage in it does not throw: the report names it.
    package static func open(
        directory: String, fileSystem: any FileSystem, options: QueueOptions = QueueOptions(),
        now: @escaping @Sendable () -> Timestamp
    ) throws -> (DurableQueue, RecoveryReport) {
        try fileSystem.createDurably(directory)
        // Only the real disk is shared with other processes.
        let lock = fileSystem is LocalFileSystem ? try takeLock(directory) : nil
        var recovery = Recovery(fileSystem: fileSystem, directory: directory, options: options, now: now)
        let (journal, state) = try recovery.run()
        let queue = try DurableQueue(state: state, journal: journal, lock: lock, now: now)
        return (queue, recovery.report)
    }

    private static func takeLock(_ directory: String) throws -> ProcessLock {
        do {
            return try ProcessLock(path: directory + "/" + SegmentName.lockName)
        } catch let error as ProcessLock.InUse {
            throw QueueError.inUse(directory: directory, process: error.process)
        } catch let error as FileError {
            throw QueueError.failed(error)
        }
    }

    /// Accepts a message: returns once the group that holds it is on disk.
    ///
    /// Large content with a ``Spool`` is made durable first, and the record refers to it; what is not so large is written
    /// into the record from the spool's pages, which the disk never sees. Whatever happens then, the spool is not the
    /// caller's any more.
    package func append(_ message: NewMessage) async throws(QueueError) -> DurableReceipt {
        let state = MessageState(
            message.disposition, recipientCount: message.recipientCount, settled: message.settled)
        let isFinished = state.fate < .quarantined
        // What is finished at once needs no content.
        let spool = isFinished || message.content.count <= recordedContent ? nil : message.spool
        defer { message.spool?.abandon() }
        try checkSpace(for: message.head.count + (spool == nil ? message.content.count : 0), message.limits)
        let spooled = try await spool?.handOver()
        let record = PreparedRecord(
            .accepted(
                MessageRecord(
                    id: message.id, pipeline: message.pipeline, received: message.received, arrival: 0, state: state,
                    head: message.head, contentCount: 0, spooled: spooled)),
            content: isFinished || spooled != nil ? nil : message.content)
        let entry = Entry(
            id: message.id, pipeline: message.pipeline, received: message.received, arrival: 0,
            location: Location(segment: 0, offset: 0, length: record.length, sequence: 0),
            size: record.size + (spooled?.count ?? 0), contentCount: message.content.count, state: state,
            phase: state.fate == .quarantined ? .held : .ready, spooled: spooled,
            cached: (message.head, message.content))
        let failure = await submit(record, SharedEntry(entry), within: message.limits)
        if let failure { throw failure }
        return DurableReceipt(committed: message.id)
    }

    /// Has a message committed that fits into the limits; returns why it is not, once that is known.
    private func submit(
        _ record: PreparedRecord, _ arrival: SharedEntry, within limits: PipelineLimits
    ) async -> QueueError? {
        let (spooled, pipeline) = (arrival.entry.spooled, arrival.entry.pipeline.name)
        return await withUnsafeContinuation { continuation in
            let (refusal, isEnough) = monitor.withLock { state -> (QueueError?, Bool) in
                do throws(QueueError) {
                    try state.reserve(record.size, besides: spooled?.count ?? 0, of: pipeline, within: limits)
                } catch {
                    if let spooled { state.letGo(ofContent: spooled, of: arrival.entry.id) }
                    // There may be content to remove.
                    return (error, true)
                }
                state.arrivals.append(
                    QueueState.Submission(
                        record: record, accepted: arrival, isAwaited: true, completion: continuation))
                return (nil, state.arrivals.count >= state.wakeUpSize)
            }
            if isEnough { monitor.signal() }
            if let refusal { continuation.resume(returning: refusal) }
        }
    }

    /// Sees that the disk keeps its reserve; a disk that does not say how much is free is left to the write itself.
    private func checkSpace(for size: Int, _ limits: PipelineLimits) throws(QueueError) {
        let reserve = limits.diskReserve.octets
        guard reserve > 0 else { return }
        let free: Int
        do throws(FileError) {
            free = try reader.fileSystem.freeSpace(at: reader.directory)
        } catch {
            throw .failed(error)
        }
        guard free - size >= reserve else { throw .full(.diskReserve(reserve)) }
    }

    /// Stops handing out; who waits for messages gets none.
    ///
    /// What is accepted or recorded still counts.
    package func drain() {
        let waiters = monitor.withLock { state in
            if state.mode == .open { state.mode = .draining }
            return state.dismissWaiters()
        }
        for waiter in waiters { waiter.continuation.resume(returning: []) }
    }

    /// Ends the queue, once everything submitted is durable.
    ///
    /// Twice is fine.
    ///
    /// - Throws: What kept outcomes from the disk; at the next start they are pending again.
    package func close() async throws {
        drain()
        let failure: QueueError? = await withUnsafeContinuation { continuation in
            let isStopped = monitor.withLock { state in
                state.mode = .closed
                if !state.isStopped { state.closing.append(continuation) }
                return state.isStopped
            }
            if isStopped { continuation.resume(returning: nil) } else { monitor.signal() }
        }
        reading.withLock { $0.isClosed = true }
        reading.signal()
        lock?.release()
        if let failure { throw failure }
    }
}

extension QueueState {
    /// Removes and returns everybody who waits for messages.
    mutating func dismissWaiters() -> [Waiter] {
        var waiters: [Waiter] = []
        for name in lines.keys {
            waiters += lines[name]?.waiters ?? []
            lines[name]?.waiters = []
        }
        return waiters
    }
}
