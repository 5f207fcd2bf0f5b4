import Glibc
import Synchronization

/// Writes what level 0 holds into a segment.
struct LevelZeroFlush {
    /// A term, with what decides its place: user, then field and first octets, then the rest.
    private struct Entry {
        var leading: UInt64
        var user: UInt32
        var term: UInt32
    }

    private let level: LevelZero
    /// The row of each ordinal, or ``gone``.
    private(set) var rows: [UInt32]
    private var usersOrdinals: [UInt32: [UInt32]] = [:]

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
        let entries = sortedEntries()
        var postings = PostingsList()
        var key = ByteBuilder(capacity: 128)
        var index = 0
        while index < entries.count {
            let user = entries[index].user
            let ordinals = usersOrdinals[user]
            if ordinals != nil { writer.begin(user: user) }
            while index < entries.count, entries[index].user == user {
                if ordinals != nil { try write(Int(entries[index].term), to: writer, &postings, &key) }
                index += 1
            }
            if let ordinals { try writer.endUser(ordinals.map(mail)) }
        }
    }

    private func write(
        _ term: Int, to writer: SegmentWriter, _ postings: inout PostingsList, _ key: inout ByteBuilder
    ) throws(IndexError) {
        let field = level.arena.base.load(fromByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
        guard field != Field.everything else { return }
        postings.removeAll()
        let cursor = LevelZeroCursor(level, term: term, visible: level.mails)
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
                ? SegmentLayout.attachmentBit : 0)
    }

    /// All terms but the directories, in the order of their keys.
    ///
    /// A user whose mails have no words has an entry by its list of all mails, so that its columns are written.
    private func sortedEntries() -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(level.terms)
        let base = level.arena.base
        for slot in 0...level.slotMask {
            let value = level.table.base.atomic64(slot * 8).pointee.load(ordering: .relaxed)
            guard value != 0 else { continue }
            let term = Int(value & 0xFFFF_FFFF)
            let field = base.load(fromByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
            guard field & Field.directoryBit == 0 else { continue }
            let leading = UInt64(field) << 56 | SegmentWriter.leading(level.token(term)) >> 8
            entries.append(Entry(leading: leading, user: base.u32(term + LevelZeroLayout.termUser), term: UInt32(term)))
        }
        entries.sort { left, right in
            if left.user != right.user { return left.user < right.user }
            if left.leading != right.leading { return left.leading < right.leading }
            return Self.precedes(level.token(Int(left.term)), level.token(Int(right.term)))
        }
        return entries
    }

    private static func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return false }
        let order = memcmp(leftBase, rightBase, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}
