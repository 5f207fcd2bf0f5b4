import CBytes
import Glibc
import Synchronization

/// Writes what level 0 holds into a segment.
struct LevelZeroFlush {
    /// A term, with its field and first octets, which mostly decide its place.
    private struct Entry {
        var leading: UInt64
        var term: UInt32
    }

    private let level: LevelZero
    /// The row of each ordinal, or ``gone``.
    private(set) var rows: [UInt32]
    private var usersOrdinals: [UInt32: [UInt32]] = [:]

    /// Progress is told each time so many words, a power of two, and one more are written.
    private static let progressMask = 1023

    /// How many words ahead memory is fetched.
    private static let lookAhead = 8

    /// Stands for a mail that is dead.
    static let gone = UInt32.max

    /// Decides the order of mails; those that are dead now are left out.
    init(_ level: LevelZero) {
        self.level = level
        rows = [UInt32](repeating: Self.gone, count: Int(level.mails) + 1)
        for ordinal in stride(from: level.mails, to: 0, by: -1) where !level.isDead(ordinal) {
            usersOrdinals[level.column(ordinal).u32(LevelZeroLayout.user), default: []].append(ordinal)
        }
        for (user, ordinals) in usersOrdinals {
            let sorted = ordinals.sorted { level.number($0) > level.number($1) }
            usersOrdinals[user] = sorted
            for (row, ordinal) in sorted.enumerated() { rows[Int(ordinal)] = UInt32(row) }
        }
    }

    /// Whether no mail is left to write.
    var isEmpty: Bool { usersOrdinals.isEmpty }

    /// Where a mail has gone.
    func place(of ordinal: UInt32) -> (user: UInt32, row: Int, rows: Int)? {
        guard rows[Int(ordinal)] != Self.gone else { return nil }
        let user = level.column(ordinal).u32(LevelZeroLayout.user)
        return (user, Int(rows[Int(ordinal)]), usersOrdinals[user]?.count ?? 0)
    }

    /// Writes all users.
    func write(to writer: SegmentWriter) throws(IndexError) {
        guard level.mails > 0 else { return }
        var (entries, ranges) = entriesByUser()
        var postings = PostingsList()
        var key = ByteBuilder(capacity: 128)
        var cursor: LevelZeroCursor?
        var written = 0
        for user in usersOrdinals.keys.sorted() {
            writer.begin(user: user, mails: usersOrdinals[user]?.count ?? 0)
            let range = ranges[user] ?? 0..<0
            sort(&entries, range)
            for index in range {
                fetchAhead(entries, index)
                let term = Int(entries[index].term)
                let walk = cursor ?? LevelZeroCursor(level, term: term, visible: level.mails)
                walk.restart(term)
                cursor = walk
                try write(term, walk, to: writer, &postings, &key)
                written += 1
                if written & Self.progressMask == 0 {
                    let progress = written * LevelZeroLayout.whole / entries.count
                    level.flushProgress.store(progress, ordering: .relaxed)
                }
            }
            try writer.endUser((usersOrdinals[user] ?? []).map(mail))
        }
    }

    /// Fetches a word that comes soon, and the end of the list of one that comes sooner: in sorted order they lie anywhere.
    @inline(__always)
    private func fetchAhead(_ entries: [Entry], _ index: Int) {
        let base = UnsafeRawPointer(level.arena.base)
        let later = index + 2 * Self.lookAhead
        if later < entries.count { sluice_prefetch(base + Int(entries[later].term)) }
        let soon = index + Self.lookAhead
        if soon < entries.count {
            sluice_prefetch(base + Int(base.u64(Int(entries[soon].term) + LevelZeroLayout.state) >> 32))
        }
    }

    private func write(
        _ term: Int, _ cursor: LevelZeroCursor, to writer: SegmentWriter, _ postings: inout PostingsList,
        _ key: inout ByteBuilder
    ) throws(IndexError) {
        let field = level.arena.base.load(fromByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
        postings.removeAll()
        while cursor.key != Cursor.end {
            let row = rows[Int(~cursor.key)]
            if row != Self.gone {
                let bytes = cursor.positionBytes
                if let start = bytes.baseAddress { postings.append(row: row, varints: start, octets: bytes.count) }
            }
            cursor.advance(to: cursor.key + 1)
        }
        guard !postings.isEmpty else { return }
        postings.sort()
        key.removeAll()
        key.append(field)
        key.append(level.token(term))
        try writer.add(key: key.bytes, &postings)
    }

    private func mail(_ ordinal: UInt32) -> SegmentWriter.Mail {
        let column = level.column(ordinal)
        return SegmentWriter.Mail(
            number: column.u32(LevelZeroLayout.number), size: column.u32(LevelZeroLayout.size),
            date: column.load(fromByteOffset: LevelZeroLayout.date, as: Int64.self),
            thread: column.load(fromByteOffset: LevelZeroLayout.thread, as: UInt64.self),
            bits: column.u32(LevelZeroLayout.bits) & LevelZeroLayout.attachmentBit != 0
                ? SegmentLayout.attachmentBit : 0,
            fields: level.fields(ordinal))
    }

    /// All words, each user's together, and where each user's are.
    ///
    /// Words of one mail were new one after another, so the user changes seldom on the way along the chain.
    private func entriesByUser() -> ([Entry], [UInt32: Range<Int>]) {
        let base = level.arena.base
        var counts: [UInt32: Int] = [:]
        forEachRun { user, count in counts[user, default: 0] += count }
        var ranges: [UInt32: Range<Int>] = [:]
        var total = 0
        for (user, count) in counts {
            ranges[user] = total..<total
            total += count
        }
        var entries = [Entry](repeating: Entry(leading: 0, term: 0), count: total)
        var term = level.newestTerm
        forEachRun { user, count in
            guard let range = ranges[user] else { return }
            for place in range.upperBound..<range.upperBound + count {
                let field = base.load(fromByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
                let leading = UInt64(field) << 56 | SegmentWriter.leading(level.token(term)) >> 8
                entries[place] = Entry(leading: leading, term: UInt32(term))
                term = Int(base.u32(term + LevelZeroLayout.termBefore))
            }
            ranges[user] = range.lowerBound..<range.upperBound + count
        }
        return (entries, ranges)
    }

    /// Calls `body` with each user and how many words of it follow one another on the chain.
    private func forEachRun(_ body: (UInt32, Int) -> Void) {
        let base = level.arena.base
        var term = level.newestTerm
        var count = 0
        while term > 0 {
            let user = base.u32(term + LevelZeroLayout.termUser)
            count += 1
            term = Int(base.u32(term + LevelZeroLayout.termBefore))
            if term == 0 || base.u32(term + LevelZeroLayout.termUser) != user {
                body(user, count)
                count = 0
            }
        }
    }

    private func sort(_ entries: inout [Entry], _ range: Range<Int>) {
        entries[range].sort { left, right in
            if left.leading != right.leading { return left.leading < right.leading }
            return Self.precedes(level.token(Int(left.term)), level.token(Int(right.term)))
        }
    }

    private static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return false }
        let order = memcmp(leftBase, rightBase, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}
