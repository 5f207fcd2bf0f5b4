/// One user's mails in a segment, with the dead that were known when the search began.
final class SegmentRun: MailRun {
    let section: SegmentSection
    let dead: RowSet?

    /// Nil if the user has no mail in the segment.
    init?(_ segment: Segment, user: UInt32, dead: DeadRows) throws(IndexError) {
        guard let section = try segment.section(user: user), section.rows > 0 else { return nil }
        self.section = section
        self.dead = dead.rows(of: user)
    }

    var highestNumber: UInt32 { section.highestNumber }
    var isOrdered: Bool { true }
    var hasDead: Bool { dead != nil }

    func prepare() throws(IndexError) { try section.verifyColumns() }

    func frequency(of token: [UInt8]) throws(IndexError) -> Int {
        try section.list([Field.any.rawValue] + token)?.frequency ?? 0
    }

    func everything() -> Cursor { RangeCursor(0..<UInt32(section.rows)) }

    func word(_ token: [UInt8]) throws(IndexError) -> PostingsCursor {
        guard let list = try section.list([Field.any.rawValue] + token) else { return EmptyCursor() }
        return try SegmentCursor(section.segment, list)
    }

    func prefix(_ token: [UInt8]) throws(IndexError) -> PostingsCursor {
        var lists: [ListLocation] = []
        try forEachList([Field.any.rawValue] + token) { lists.append($1) }
        if lists.count == 1 { return try SegmentCursor(section.segment, lists[0]) }
        let sources = lists.map { UnionCursor.Source(first: $0.firstRow, cost: $0.frequency) }
        return UnionCursor(sources) { [section] index throws(IndexError) in
            try SegmentCursor(section.segment, lists[index])
        }
    }

    func number(_ key: UInt32) -> UInt32 { section.number(Int(key)) }
    func date(_ key: UInt32) -> Int64 { section.date(Int(key)) }
    func size(_ key: UInt32) -> Int { Int(section.size(Int(key))) }
    func hasAttachment(_ key: UInt32) -> Bool { section.bits(Int(key)) & SegmentLayout.attachmentBit != 0 }
    func isDead(_ key: UInt32) -> Bool { dead?.contains(Int(key)) ?? false }
    func fields(_ key: UInt32) -> FieldStarts { section.fields(Int(key)) }
    func firstKey(below number: UInt32) -> UInt32 { UInt32(section.firstRow(below: number)) }

    func forEachWord(startingWith octet: UInt8, _ body: ([UInt8], Int) -> Void) throws(IndexError) {
        try forEachList([Field.any.rawValue, octet]) { key, list in
            body(Array(key.dropFirst()), list.frequency)
        }
    }

    /// Calls `body` with each word whose key begins so.
    private func forEachList(_ prefix: [UInt8], _ body: (UnsafeRawBufferPointer, ListLocation) -> Void)
        throws(IndexError)
    {
        guard let walker = try section.walker(from: prefix) else { return }
        while !walker.isAtEnd {
            let key = walker.keyBytes
            if key.starts(with: prefix) {
                body(key, walker.list())
            } else if prefix.withUnsafeBytes({ walker.compare($0) }) > 0 {
                return
            }
            try walker.advance()
        }
    }
}
