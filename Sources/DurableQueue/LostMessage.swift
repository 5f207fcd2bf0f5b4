import Bytes
import Files
import StageKit

/// A message whose record cannot be read back any more.
struct LostMessage {
    var entry: Entry
    var reason: QueueError
}

/// What the disk refused to read when messages were to be moved, and may give at a later attempt.
struct ReadDoubts {
    /// No message is moved before this, since the disk failed.
    private(set) var pausedUntil: Timestamp?
    private var failures: [MessageID: Int] = [:]

    /// Long enough for a controller to come back, short against the time in which a disk fills up.
    private static let pause: Duration = .seconds(60)
    /// A bad sector fails each time; a disk that fails this often, a pause apart, counts as one.
    private static let failureLimit = 3

    /// Whether a message that could not be read will not be readable later; if it may be, a pause begins.
    mutating func isLost(_ id: MessageID, _ error: QueueError, now: Timestamp) -> Bool {
        switch error {
        case .unreadable: return true
        case .failed(let cause) where cause.isBadRead: failures[id, default: 0] += 1
        default: break
        }
        if failures[id, default: 0] >= Self.failureLimit {
            failures[id] = nil
            return true
        }
        pausedUntil = now + Self.pause
        return false
    }
}

extension FileError {
    /// Whether the disk says that it cannot read what it holds (EIO).
    var isBadRead: Bool { operation == .read && code == 5 }
}

extension QueueState {
    /// Forgets a message that cannot be read, counts it as unreadable, and returns the record that says so; nothing if
    /// it is with a claimant, who has its content, or has gone elsewhere.
    ///
    /// A file with its content stays.
    mutating func giveUp(_ lost: LostMessage, now: Timestamp) -> PreparedRecord? {
        let id = lost.entry.id
        guard let entry = entries[id]?.entry, entry.location == lost.entry.location, entry.phase != .claimed else {
            return nil
        }
        var ledger = Ledger()
        ledger.subtract(entry.state.openLedger)
        ledger.messages.unreadable = 1
        ledger.recipients.unreadable = entry.state.recipients.count { $0.fate >= .quarantined }
        ledgers[entry.pipeline.name, default: Ledger()].add(ledger)
        open[entry.pipeline.name, default: Ledger()].subtract(entry.state.openLedger)
        entries[id]?.entry.spooled = nil
        remove(id)
        findings.append(
            .init(
                .damaged, file: SegmentName.segment(entry.location.segment).text, offset: entry.location.offset,
                count: entry.recordSize, messages: [id], note: "\(lost.reason); given up, and the file set aside"))
        let change = StateChange(settled: [], plan: nil, decided: now)
        return PreparedRecord(.changed(id, pipeline: entry.pipeline.name, change, ledger))
    }
}

extension Journal {
    /// Keeps the content of a message whose record is lost, as a file that no start takes for a remnant.
    func setAsideSpool(of id: MessageID, _ monitor: Monitor<QueueState>) {
        let name = SegmentName.spool(id)
        do throws(FileError) {
            try fileSystem.rename(path(name), to: path(.damagedSpool(id)))
            try fileSystem.synchronizeDirectory(directory)
        } catch {
            monitor.withLock {
                $0.findings.append(.init(.refused, file: name.text, messages: [id], note: "\(error)"))
            }
        }
    }
}
