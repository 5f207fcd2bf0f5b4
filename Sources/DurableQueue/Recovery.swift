import Bytes
import Files
import StageKit

/// Rebuilds the queue from its directory.
///
/// It goes through all segments in the order of their numbers. What counts of an older segment, the newest checkpoint
/// says; writing always goes on in a new segment, so that nothing that was cut off can come back.
struct Recovery {
    let fileSystem: any FileSystem
    let directory: String
    let options: QueueOptions
    let now: @Sendable () -> Timestamp
    var report = RecoveryReport()

    private var scans: [SegmentScan] = []
    var entries: [MessageID: Entry] = [:]
    /// Messages whose content lies in the directory, and why that of some cannot be had.
    var spools: Set<MessageID> = []
    var lostContent: [MessageID: String] = [:]
    /// Whether everything that was read is known to be on the disk.
    var isDurable = true
    private var ledgers: [String: Ledger] = [:]
    private var spares: [UInt64] = []
    private var lastNumber: UInt64 = 0
    private var nextSequence: UInt64 = 1
    private var retiredThrough: UInt64 = 0
    private var sealed: [Journal.Sealed] = []

    init(
        fileSystem: any FileSystem, directory: String, options: QueueOptions, now: @escaping @Sendable () -> Timestamp
    ) {
        self.fileSystem = fileSystem
        self.directory = directory
        self.options = options
        self.now = now
    }

    /// Reads everything, begins a new segment, and sets aside what is damaged.
    mutating func run() throws -> (Journal, QueueState) {
        try readDirectory()
        weighSegments()
        for scan in scans { replay(scan) }
        balance()
        weighSpools()
        let journal = makeJournal()
        let state = makeState(journal)
        return (journal, try begin(journal, state))
    }

    // MARK: Reading

    private mutating func readDirectory() throws {
        var segments: [UInt64] = []
        for name in try fileSystem.list(directory) {
            switch SegmentName(name) {
            case .segment(let number): segments.append(number)
            case .spare(let number): spares.append(number)
            case .damaged(let number): lastNumber = max(lastNumber, number)
            case .spool(let id): spools.insert(id)
            case .damagedSpool, .lock: break
            case .stranger: report.findings.append(.init(.stranger, file: name, note: "left alone"))
            }
        }
        lastNumber = max(lastNumber, segments.max() ?? 0, spares.max() ?? 0)
        for number in segments.sorted() { try readSegment(number) }
    }

    /// - Throws: `QueueError` for a segment that is there and cannot be opened: what cannot be looked at must not be
    ///   forgotten, or the next start would take its messages for finished.
    private mutating func readSegment(_ number: UInt64) throws(QueueError) {
        let name = SegmentName.segment(number).text
        do throws(FileError) {
            let file = try fileSystem.open(directory + "/" + name, .read)
            defer { file.close() }
            var bytes = [UInt8](repeating: 0, count: try file.size())
            bytes.withUnsafeMutableBytes { readTolerantly(file, name, into: $0) }
            let scan = bytes.withUnsafeBytes { SegmentScan(number: number, bytes: $0, following: nextSequence) }
            nextSequence = max(nextSequence, scan.end)
            scans.append(scan)
            synchronize(file)
        } catch {
            guard error.isMissing else { throw .failed(error) }
        }
    }

    /// Makes durable what the process before this one wrote last, if it ended and the machine did not.
    private mutating func synchronize(_ file: any File) {
        do { try file.synchronize() } catch { isDurable = false }
    }

    /// Reads block by block, so that one bad sector costs one block.
    private mutating func readTolerantly(
        _ file: any File, _ name: String, into buffer: UnsafeMutableRawBufferPointer
    ) {
        let block = 64 << 10
        for start in stride(from: 0, to: buffer.count, by: block) {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<min(start + block, buffer.count)])
            do throws(FileError) {
                _ = try file.read(into: part, at: start)
            } catch {
                // Not zeros, which are the mark of the end.
                for octet in part.indices { part[octet] = 0xFF }
                report.findings.append(
                    .init(.damaged, file: name, offset: start, count: part.count, note: "\(error)"))
            }
        }
    }

    // MARK: What counts

    /// Cuts every segment where the newest checkpoint says that it ends, and sorts out those that do not count at all.
    private mutating func weighSegments() {
        let (checkpointed, manifest) = newestCheckpoint()
        for index in scans.indices {
            // What lies behind an end was never durable when the checkpoint was written, and must not speak at all.
            guard let end = manifest[scans[index].number]?.end else { continue }
            scans[index].records.removeAll { $0.header.sequence >= end }
            scans[index].gaps.removeAll { $0.sequence >= end }
        }
        for found in scans.lazy.flatMap(\.records) {
            if case .retired(let number) = found.record { retiredThrough = max(retiredThrough, number) }
        }
        var counting: [SegmentScan] = []
        for scan in scans {
            let name = SegmentName.segment(scan.number)
            if scan.number <= retiredThrough || (scan.number < checkpointed && manifest[scan.number] == nil) {
                // Its messages are finished, or stand in newer segments; what was damaged was to be set aside.
                if scan.isDamaged, !scan.isUnbegun { setAside(scan.number) } else { remove(name) }
            } else if scan.records.isEmpty, scan.isUnbegun, scan.size > SegmentHeader.size, manifest[scan.number] == nil
            {
                remove(name)  // made for a segment that was never begun
            } else {
                weigh(scan, manifest[scan.number])
                counting.append(scan)
            }
        }
        scans = counting
        for number in manifest.keys.sorted()
        where number > retiredThrough && !sealed.contains(where: { $0.number == number }) {
            report.findings.append(.init(.missing, file: SegmentName.segment(number).text))
        }
        nextSequence = max(nextSequence, manifest.values.map(\.end).max() ?? 0)
    }

    /// The number of the newest segment with a checkpoint, and what that says of older ones.
    private func newestCheckpoint() -> (segment: UInt64, manifest: [UInt64: Checkpoint.Segment]) {
        for scan in scans.reversed() {
            for found in scan.records.reversed() {
                guard case .checkpoint(let checkpoint) = found.record else { continue }
                return (scan.number, Dictionary(checkpoint.segments.map { ($0.number, $0) }, uniquingKeysWith: { $1 }))
            }
        }
        return (0, [:])
    }

    /// Judges one segment by what the newest checkpoint says of it, if anything.
    private mutating func weigh(_ scan: SegmentScan, _ known: Checkpoint.Segment?) {
        // What the checkpoint has counted was durable, so that it is missing is not the work of a crash.
        let isIncomplete = known.map { scan.records.count < $0.count } ?? false
        let isCut = scan.isCut
        let isDamaged = isIncomplete || scan.isDamaged
        let file = SegmentName.segment(scan.number).text
        if isCut, let header = scan.header {
            let missing = header.size - scan.size
            report.findings.append(.init(.damaged, file: file, offset: scan.size, count: missing, note: "cut off"))
        }
        if scan.header == nil {
            // Of a segment in which no checkpoint has counted a record, the power cut the beginning.
            let isTorn = scan.records.isEmpty && known?.count ?? 0 == 0
            report.findings.append(
                .init(isTorn ? .torn : .damaged, file: file, count: min(SegmentHeader.size, scan.size)))
        }
        for gap in scan.gaps where known == nil || isIncomplete {
            report.findings.append(
                .init(
                    gap.isTorn && !isIncomplete ? .torn : .damaged, file: file, offset: gap.offset, count: gap.count,
                    messages: gap.messages))
        }
        if isIncomplete, scan.gaps.isEmpty, !isCut {
            report.findings.append(.init(.damaged, file: file, offset: scan.size, note: "records at its end are gone"))
        }
        sealed.append(
            Journal.Sealed(
                number: scan.number, end: known?.end ?? scan.end, count: scan.records.count, size: scan.size,
                fate: isDamaged ? .setAside : .remove))
    }

    private mutating func setAside(_ number: UInt64) {
        let name = SegmentName.segment(number).text
        do throws(FileError) {
            try fileSystem.rename(
                directory + "/" + name, to: directory + "/" + SegmentName.damaged(number).text)
        } catch {
            report.findings.append(.init(.refused, file: name, note: "\(error)"))
        }
    }

    mutating func remove(_ name: SegmentName) {
        do throws(FileError) {
            try fileSystem.remove(directory + "/" + name.text)
        } catch {
            report.findings.append(.init(.refused, file: name.text, note: "\(error)"))
        }
    }

    // MARK: Replaying

    private mutating func replay(_ scan: SegmentScan) {
        for found in scan.records {
            let location = Location(
                segment: scan.number, offset: found.offset, length: found.header.length,
                sequence: found.header.sequence)
            switch found.record {
            case .checkpoint(let checkpoint): ledgers = checkpoint.ledgers
            case .accepted(let message):
                ledgers[message.pipeline.name, default: Ledger()].add(message.state.receivedLedger)
                take(message, at: location)
            case .carried(let message): take(message, at: location)
            case .changed(let id, let pipeline, let change, let ledger):
                ledgers[pipeline, default: Ledger()].add(ledger)
                entries[id]?.state.apply(change)
                if let entry = entries[id], entry.state.fate < .quarantined { entries[id] = nil }
            case .delivered(let ids, let pipeline, let ledger):
                ledgers[pipeline, default: Ledger()].add(ledger)
                for id in ids { entries[id] = nil }
            case .attempted(let step, let messages):
                for (id, count) in messages {
                    entries[id]?.state.mark(MessageState.Marker(step: step, count: count))
                }
            case .retired: break
            }
        }
    }

    private mutating func take(_ message: MessageRecord, at location: Location) {
        guard message.state.fate >= .quarantined else { return }
        entries[message.id] = Entry(
            id: message.id, pipeline: message.pipeline, received: message.received,
            arrival: message.arrival == 0 ? location.sequence : message.arrival, location: location,
            size: RecordHeader.paddedSize(payload: location.length) + (message.spooled?.count ?? 0),
            contentCount: message.spooled?.count ?? message.contentCount,
            state: message.state, phase: .ready, spooled: message.spooled, isRecovered: true)
    }

    /// Squares the ledgers with what is really there, where damage took records.
    private mutating func balance() {
        var open: [String: Ledger] = [:]
        for entry in entries.values { open[entry.pipeline.name, default: Ledger()].add(entry.state.openLedger) }
        for name in Set(ledgers.keys).union(open.keys) {
            var ledger = ledgers[name] ?? Ledger()
            let actual = open[name] ?? Ledger()
            ledger.recipients.square(with: actual.recipients)
            ledger.messages.square(with: actual.messages)
            ledger.squareDiscards()
            ledgers[name] = ledger
        }
    }

    // MARK: Beginning

    private func makeJournal() -> Journal {
        let journal = Journal(
            fileSystem: fileSystem, directory: directory, segmentSize: options.segmentSize.octets, now: now)
        journal.sealed = sealed
        journal.nextNumber = lastNumber + 1
        journal.nextSequence = nextSequence
        journal.firstUnsynced = nextSequence
        journal.ledgers = FewKeys(ledgers)
        journal.syncedLedgers = journal.ledgers
        for number in spares {
            let path = journal.path(.spare(number))
            do throws(FileError) {
                let file = try fileSystem.open(path, .read)
                defer { file.close() }
                // One whose space was not reserved to the end could run out of it later.
                let size = try file.size()
                if size == journal.segmentSize {
                    try file.synchronize()
                    journal.spares.append(Journal.Spare(path: path, size: size))
                } else {
                    journal.discard(path)
                }
            } catch {
                journal.discard(path)
            }
        }
        return journal
    }

    private mutating func makeState(_ journal: Journal) -> QueueState {
        var state = QueueState(options)
        state.ledgers = FewKeys(ledgers)
        let moment = now()
        for var entry in entries.values {
            state.hold(entry.size, of: entry.pipeline.name)
            entry.phase = entry.state.fate == .quarantined ? .held : .claimed
            state.insert(SharedEntry(entry))
            guard entry.phase == .claimed else { continue }
            if let marker = entry.state.markers.last(where: { $0.count >= options.attemptLimit }) {
                let reason = "\(marker.count) attempts at this step ended with the server and without an outcome"
                quarantine(entry, step: marker.step, reason, &state, journal, moment)
                report.poisoned.append(entry.id)
            } else if let reason = lostContent[entry.id] {
                quarantine(entry, step: entry.state.step ?? "", reason, &state, journal, moment)
            } else if let until = entry.state.until {
                state.postpone(entry.id, until: until, decided: entry.state.decided, now: moment)
            } else {
                state.makeReady(entry.id)
            }
        }
        report.poisoned.sort()
        report.quarantined = state.messages.count { $0.phase == .held }
        report.pending = state.entries.count - report.quarantined
        return state
    }

    private mutating func quarantine(
        _ entry: Entry, step: String, _ reason: String, _ state: inout QueueState, _ journal: Journal,
        _ moment: Timestamp
    ) {
        let update = Update(
            id: entry.id,
            recipients: entry.state.recipients.indices.map { ($0, .quarantined(step: step, reason: reason)) })
        if let record = state.apply(update, now: moment) { journal.backlog.append(record) }
    }

    private mutating func begin(_ journal: Journal, _ state: QueueState) throws -> QueueState {
        let monitor = Monitor(state)
        if let error = journal.beginAnew() {
            report.findings.append(.init(.refused, file: directory, note: "\(error); nothing can be accepted yet"))
        } else if let damaged = journal.sealed.last(where: { $0.fate == .setAside }) {
            let reader = MessageReader(fileSystem: fileSystem, directory: directory)
            journal.perform(state.reclaim(through: damaged.number), reader, monitor)
        }
        return monitor.withLock { $0 }
    }
}

extension Journal {
    /// Begins the first segment after a start, and writes what recovery decided.
    func beginAnew() -> FileError? {
        do throws(FileError) {
            try provideSpare(for: 0, .outcome)
            try begin(for: 0)
        } catch {
            return error
        }
        _ = commit([], durably: true)
        return failure
    }
}

extension Tally {
    /// Corrects what is open to what was found, and counts what is gone.
    fileprivate mutating func square(with actual: Tally) {
        pending = actual.pending
        quarantined = actual.quarantined
        let closed = delivered + bounced + discarded + unreadable
        let difference = received - closed - pending - quarantined
        // Where the outcome's record is gone the message is pending again, and counts once.
        if difference >= 0 { unreadable += difference } else { received -= difference }
    }
}
