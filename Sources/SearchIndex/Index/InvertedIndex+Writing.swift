import Bytes
import Glibc
import Synchronization

extension InvertedIndex {
    /// Adds mails, which searches find when this returns; those that the index has already are left out.
    ///
    /// Nothing is made durable: see ``open(directory:fileSystem:options:)``. A mail whose sequence is not above what the index
    /// promised to hold, which happens when deliveries overtake each other, takes that promise back durably before this returns.
    package func add(_ mails: [IndexedMail]) throws {
        var rest = mails[...]
        while !rest.isEmpty {
            var isFull = false
            let count = rest.count
            let isOwing = try writer.withLock { state throws(IndexError) in
                guard !state.isClosed else { throw .closed }
                try addSome(&rest, &isFull, &state)
                return state.owed != nil
            }
            // Also what an earlier call owed and could not write: its mails may be given again, and are known now.
            if isOwing { try takeBack() }
            if isFull { try makeRoom() }
            keepPace(count - rest.count)
        }
    }

    /// Adds mails until level 0 is full.
    private func addSome(
        _ mails: inout ArraySlice<IndexedMail>, _ isFull: inout Bool, _ state: inout WriterState
    ) throws(IndexError) {
        let snapshot = snapshot()
        while let mail = mails.first {
            if try isKnown(mail, snapshot, &state) {
                state.repeated += 1
                state.expected.remove(mail.sequence)
            } else {
                let text = Self.textSize(mail, in: snapshot.active)
                guard !snapshot.active.isFull(for: text) else {
                    isFull = true
                    return
                }
                snapshot.active.add(mail, text: text)
                let last = state.lowestSequences.count - 1
                state.lowestSequences[last] = min(state.lowestSequences[last], mail.sequence)
                state.added += 1
                state.expected.remove(mail.sequence)
                state.owe(mail.sequence)
            }
            mails.removeFirst()
        }
    }

    /// Whether a living copy of the mail is in the index; remembers its number.
    private func isKnown(
        _ mail: IndexedMail, _ snapshot: Snapshot, _ state: inout WriterState
    ) throws(IndexError) -> Bool {
        let highest: UInt32
        if let known = state.highestNumbers[mail.user] {
            highest = known
        } else {
            var found: UInt32 = 0
            for run in snapshot.runs {
                found = max(found, try run.segment.section(user: mail.user)?.highestNumber ?? 0)
            }
            highest = found
        }
        if mail.number > highest {
            state.highestNumbers[mail.user] = mail.number
            return false
        }
        state.highestNumbers[mail.user] = highest
        return try snapshot.holds(user: mail.user, number: mail.number)
    }

    static func textSize(_ mail: IndexedMail, in level: LevelZero) -> Int {
        func size(_ texts: [String], _ limit: Int) -> Int { min(limit, texts.reduce(0) { $0 + $1.utf8.count }) }
        return min(mail.subject.utf8.count, MailLimits.subject) + min(mail.body.utf8.count, level.bodyLimit)
            + size(mail.from, MailLimits.from) + size(mail.to, MailLimits.to)
            + size(mail.attachmentNames, MailLimits.attachmentNames)
    }

    /// Promises less, durably: everything below a sequence.
    func takeBack(to sequence: UInt64) throws(IndexError) {
        let isOwing = writer.withLock { state in
            state.owe(sequence)
            return state.owed != nil
        }
        if isOwing { try takeBack() }
    }

    /// Promises less, durably: everything below the sequences that came late.
    private func takeBack() throws(IndexError) {
        try commits.withLock { commit throws(IndexError) in
            guard !commit.isClosed else { throw .closed }
            let debt = writer.withLock { state -> (owed: UInt64, covers: UInt64)? in
                guard let owed = state.owed else { return nil }
                state.coversThrough = min(state.coversThrough, owed - min(owed, 1))
                return (owed, state.coversThrough)
            }
            guard let debt else { return }
            try commit.manifest.append(.edit(removed: [], added: [], coversThrough: debt.covers))
            writer.withLock { state in
                // What came later still, and earlier in sequence, is owed on.
                if state.owed == debt.owed { state.owed = nil }
            }
        }
    }

    /// How many full levels 0 may wait for the flusher before the writer waits for it: bounds the memory.
    private static let maximumFrozen = 1

    /// Lets a full level 0 become a segment: by the flusher, if it runs, or else here.
    private func makeRoom() throws(IndexError) {
        guard flusher.isRunning else {
            try flush()
            return merger.wake()
        }
        if snapshot().frozen.count >= Self.maximumFrozen {
            // Waits for the flush that goes on, if one does.
            _ = try flushing.withLock { _ throws(IndexError) in try flushOldest() }
            merger.wake()
        }
        freeze()
        flusher.wake()
    }

    /// The shortest time that a mail waits while level 0 fills faster than the one before it is flushed, in microseconds.
    ///
    /// On a machine with time to spare a flush takes less than filling level 0 with mails that wait so long.
    private static let pause = 250
    /// The longest time, for mails that fill the end of level 0: short for a sender, and so long that a level 0, which takes
    /// thousands of mails, is not full before the flush is over even where it gets a hundredth of a processor.
    private static let longestPause = 50_000

    /// How long a mail waits, in microseconds, when level 0 is so much fuller than the flush has come, of a whole.
    private static func pause(ahead: Int) -> Int {
        let share = min(ahead, LevelZeroLayout.whole)
        return pause + (longestPause - pause) * share * share / (LevelZeroLayout.whole * LevelZeroLayout.whole)
    }

    /// Lets the writer wait a little for each of some mails if the flusher falls behind, the longer the more it does.
    ///
    /// So many mails wait a little, and none waits for a whole flush.
    private func keepPace(_ mails: Int) {
        guard mails > 0, flusher.isRunning else { return }
        let snapshot = snapshot()
        guard let flushing = snapshot.frozen.first else { return }
        let fill = writer.withLock { _ in snapshot.active.fill }
        let ahead = fill - flushing.flushProgress.load(ordering: .relaxed)
        guard ahead > 0 else { return }
        let nanoseconds = Self.pause(ahead: ahead) * mails * 1_000
        var time = timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
        nanosleep(&time, nil)
    }

    /// Puts an empty level 0 in the place of the active one, unless that is empty already.
    func freeze() {
        // Made before any lock is taken, since its tables are cleared.
        let fresh = LevelZero(size: options.levelZeroSize, hash: hash)
        writer.withLock { state in
            published.withLock { snapshot in
                guard snapshot.active.mails > 0 else { return }
                snapshot.frozen.append(snapshot.active)
                snapshot.active = fresh
                state.lowestSequences.append(.max)
            }
        }
    }

    /// Tells the index what a user did with a mail; kept in memory only, and told again after each start.
    package func setFlags(user: UInt32, number: UInt32, flags: MailFlags, mailbox: UInt32) {
        self.flags.set(user: user, number: number, flags: flags, mailbox: mailbox)
    }
}

extension Snapshot {
    /// Whether a living copy of a mail is in it, for the writer.
    func holds(user: UInt32, number: UInt32) throws(IndexError) -> Bool {
        if active.ordinal(user: user, number: number) != nil { return true }
        for level in frozen where level.ordinal(user: user, number: number) != nil { return true }
        for run in runs {
            guard let section = try run.segment.section(user: user) else { continue }
            try section.verifyColumns()
            if let row = section.row(of: number), run.dead.rows(of: user)?.contains(row) != true { return true }
        }
        return false
    }
}
