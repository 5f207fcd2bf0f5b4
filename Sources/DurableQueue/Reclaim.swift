import Bytes
import Files
import StageKit

/// A plan to free segments.
struct Reclaim {
    /// The newest segment to free, with all before it: only so can a message never come back whose end stood in a
    /// newer segment than itself.
    var through: UInt64
    /// What is alive in them and must be written again first.
    var carried: [Entry]
}

extension QueueState {
    /// How many segments may lie around before living messages are moved to free them.
    private static let segmentAllowance = 4

    /// What to free now: dead segments at the old end, or, if more than half of the journal is dead, the oldest one.
    func reclaim(_ journal: Journal) -> Reclaim? {
        var through: UInt64?
        for segment in journal.sealed {
            guard live[segment.number] == nil, segment.number < concluding.first ?? .max else { break }
            through = segment.number
        }
        if let through { return Reclaim(through: through, carried: []) }
        guard journal.sealed.count > Self.segmentAllowance, let oldest = journal.sealed.first,
            oldest.number < concluding.first ?? .max
        else { return nil }
        let size = journal.sealed.reduce(0) { $0 + $1.size }
        let alive = live.values.reduce(0) { $0 + $1.octets }
        guard size > 2 * alive + Self.segmentAllowance * journal.segmentSize else { return nil }
        return reclaim(through: oldest.number)
    }

    /// The plan to free all segments up to one.
    func reclaim(through number: UInt64) -> Reclaim {
        let carried = entries.values.filter { $0.location.segment <= number }
        return Reclaim(through: number, carried: carried.sorted { $0.arrival < $1.arrival })
    }
}

extension Journal {
    /// How much is moved between two looks at what else is to be done.
    private static let moveLimit = 16 << 20

    /// Moves what is alive, retires the segments durably, and lets their files go; whatever fails leaves them in use.
    func perform(_ reclaim: Reclaim, _ reader: MessageReader, _ monitor: Monitor<QueueState>) {
        // What ended a message must be on disk before the message goes; with a full disk it may not be yet.
        let needed = backlog.lazy.compactMap(\.segment).min() ?? .max
        let through = reclaim.carried.isEmpty ? min(reclaim.through, needed - 1) : reclaim.through
        guard let oldest = sealed.first, oldest.number <= through, through < needed else { return }
        var rest = reclaim.carried[...]
        while !rest.isEmpty {
            var records: [PreparedRecord] = []
            var moved: [MessageID] = []
            var octets = 0
            while octets < Self.moveLimit, let entry = rest.popFirst() {
                do throws(QueueError) {
                    let (record, content) = try reader.readRecord(entry.id, at: entry.location)
                    let carried = entry.carried(head: record.head, contentCount: content.count)
                    records.append(PreparedRecord(.carried(carried), content: entry.spooled == nil ? content : nil))
                } catch {
                    return  // its claimant will find it unreadable, and it stays where it is
                }
                moved.append(entry.id)
                octets += entry.recordSize
            }
            let results = commit(records, durably: true)
            let isMoved = monitor.withLock { state in
                for (id, result) in zip(moved, results) {
                    guard case .success(let location?) = result else { return false }
                    state.move(id, to: location)
                }
                return true
            }
            guard isMoved else { return }
        }
        let retired = commit([PreparedRecord(.retired(through: through))], durably: true)
        guard case .success? = retired.first, current != nil else { return }
        release(through: through)
    }

    /// Reserves the next segment's space before it is needed; where that fails, the next commit that needs it says so.
    func prepare() {
        guard let current, spares.isEmpty, refusal == nil, buffer.end > current.size / 2 else { return }
        do throws(FileError) {
            try provideSpare(for: 0, .message)
        } catch {
            refusal = error
        }
    }
}
