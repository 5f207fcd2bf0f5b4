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
        let carried = messages.filter { $0.location.segment <= number }
        return Reclaim(through: number, carried: carried.sorted { $0.arrival < $1.arrival })
    }
}

extension Journal {
    /// How much is moved between two looks at what else is to be done.
    private static let moveLimit = 16 << 20

    /// Moves what is alive, retires the segments durably, and lets their files go; whatever fails leaves them in use.
    ///
    /// A message that cannot be read back holds up nobody else: it is given up, and its segment kept as evidence.
    func perform(_ reclaim: Reclaim, _ reader: MessageReader, _ monitor: Monitor<QueueState>) {
        // What ended a message must be on disk before the message goes; with a full disk it may not be yet.
        let needed = backlog.lazy.compactMap(\.segment).min() ?? .max
        let through = reclaim.carried.isEmpty ? min(reclaim.through, needed - 1) : reclaim.through
        guard let oldest = sealed.first, oldest.number <= through, through < needed else { return }
        if !reclaim.carried.isEmpty, let pause = doubts.pausedUntil, now() < pause { return }
        var rest = reclaim.carried[...]
        var unmoved = Unmoved()
        while !rest.isEmpty {
            let (entries, records) = nextToMove(&rest, &unmoved, reader)
            guard move(entries, records, monitor) else { return }
        }
        guard unmoved.lost.isEmpty || giveUp(unmoved.lost, monitor), !unmoved.isAnyDoubtful else { return }
        let retired = commit([PreparedRecord(.retired(through: through))], durably: true)
        guard case .success? = retired.first, current != nil else { return }
        release(through: through)
    }

    /// Messages that could not be read to be moved.
    private struct Unmoved {
        var lost: [LostMessage] = []
        /// Whether some may do better at a later attempt, so that their segment must stay.
        var isAnyDoubtful = false
    }

    /// The next messages to move, with their records.
    private func nextToMove(
        _ rest: inout ArraySlice<Entry>, _ unmoved: inout Unmoved, _ reader: MessageReader
    ) -> (entries: [Entry], records: [PreparedRecord]) {
        var moved: (entries: [Entry], records: [PreparedRecord]) = ([], [])
        var octets = 0
        while octets < Self.moveLimit, let entry = rest.popFirst() {
            do throws(QueueError) {
                moved.records.append(try carry(entry, reader))
                moved.entries.append(entry)
            } catch {
                if doubts.isLost(entry.id, error, now: now()) {
                    unmoved.lost.append(LostMessage(entry: entry, reason: error))
                } else {
                    unmoved.isAnyDoubtful = true
                }
            }
            octets += entry.recordSize
        }
        return moved
    }

    private func carry(_ entry: Entry, _ reader: MessageReader) throws(QueueError) -> PreparedRecord {
        let (head, content): ([UInt8], Octets)
        if let cached = entry.cached {
            (head, content) = (cached.head, entry.spooled == nil ? cached.content : Octets([]))
        } else {
            let read = try reader.readRecord(entry.id, at: entry.location)
            (head, content) = (read.record.head, read.content)
        }
        let carried = entry.carried(head: head, contentCount: content.count)
        return PreparedRecord(.carried(carried), content: entry.spooled == nil ? content : nil)
    }

    /// Returns whether all of them stand elsewhere now, durably.
    private func move(_ entries: [Entry], _ records: [PreparedRecord], _ monitor: Monitor<QueueState>) -> Bool {
        let results = commit(records, durably: true)
        return monitor.withLock { state in
            for (entry, result) in zip(entries, results) {
                guard case .success(let location?) = result else { return false }
                state.move(entry.id, to: location)
            }
            return true
        }
    }

    /// Gives up what cannot be read: the ledger counts it as unreadable, and everything of it that is there is kept.
    ///
    /// Returns whether none of them needs its segment any more: what is with a claimant is waited for.
    private func giveUp(_ lost: [LostMessage], _ monitor: Monitor<QueueState>) -> Bool {
        let moment = now()
        let (records, isComplete) = monitor.withLock { state in
            let records = lost.compactMap { state.giveUp($0, now: moment) }
            return (records, lost.allSatisfy { state.entries[$0.entry.id] == nil })
        }
        for index in sealed.indices where lost.contains(where: { $0.entry.location.segment == sealed[index].number }) {
            sealed[index].fate = .setAside
        }
        _ = commit(records, durably: true)
        guard backlog.isEmpty else { return false }
        for message in lost where message.entry.spooled != nil { setAsideSpool(of: message.entry.id, monitor) }
        return isComplete
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
