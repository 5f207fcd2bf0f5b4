import Synchronization

/// One user's mails in level 0, as far as they were visible when the search began.
final class LevelZeroRun: MailRun {
    let level: LevelZero
    let user: UInt32
    let visible: UInt32
    let highestNumber: UInt32
    let isOrdered: Bool

    /// Nil if the user has no mail in level 0.
    init?(_ level: LevelZero, user: UInt32) {
        self.level = level
        self.user = user
        visible = level.published.load(ordering: .acquiring)
        var none: UInt8 = 0
        guard visible > 0, let term = level.find(user: user, field: Field.everything, &none, 0) else { return nil }
        let cursor = LevelZeroCursor(level, term: term, visible: visible)
        guard cursor.key != Cursor.end else { return nil }
        let disorder = level.arena.base.atomic32(term + LevelZeroLayout.disorder).pointee.load(ordering: .acquiring)
        isOrdered = disorder == 0
        highestNumber = isOrdered ? level.number(~cursor.key) : UInt32.max
    }

    var hasDead: Bool { level.deadMails.load(ordering: .relaxed) > 0 }

    func prepare() {}

    func frequency(of token: [UInt8]) -> Int { word(token).cost }

    func everything() -> Cursor { word([], fieldByte: Field.everything) }

    func word(_ token: [UInt8]) -> PostingsCursor { word(token, fieldByte: Field.any.rawValue) }

    func prefix(_ token: [UInt8]) -> PostingsCursor {
        var terms: [Int] = []
        var sources: [UnionCursor.Source] = []
        level.forEachTerm(user: user, prefix: token) { term in
            terms.append(term)
            let newest = UInt32(truncatingIfNeeded: level.state(term).pointee.load(ordering: .acquiring))
            // A list whose newest mail is not visible yet has to be walked to know where it begins for this search.
            let first = newest > visible ? LevelZeroCursor(level, term: term, visible: visible).key : ~newest
            sources.append(UnionCursor.Source(first: first, cost: level.frequency(term)))
        }
        return UnionCursor(sources) { [level, visible] index throws(IndexError) in
            LevelZeroCursor(level, term: terms[index], visible: visible)
        }
    }

    func number(_ key: UInt32) -> UInt32 { level.number(~key) }

    func date(_ key: UInt32) -> Int64 {
        level.column(~key).load(fromByteOffset: LevelZeroLayout.date, as: Int64.self)
    }

    func size(_ key: UInt32) -> Int { Int(level.column(~key).u32(LevelZeroLayout.size)) }

    func hasAttachment(_ key: UInt32) -> Bool {
        level.column(~key).atomic32(LevelZeroLayout.bits).pointee.load(ordering: .relaxed)
            & LevelZeroLayout.attachmentBit != 0
    }

    func fields(_ key: UInt32) -> FieldStarts { level.fields(~key) }

    func isDead(_ key: UInt32) -> Bool { level.isDead(~key) }

    /// Numbers of several users are mixed in level 0, so the search has to look for itself.
    func firstKey(below number: UInt32) -> UInt32 { 0 }

    func forEachWord(startingWith octet: UInt8, _ body: ([UInt8], Int) -> Void) {
        level.forEachTerm(user: user, prefix: [octet]) { term in
            body(Array(level.token(term)), level.frequency(term))
        }
    }

    private func word(_ token: [UInt8], fieldByte: UInt8) -> PostingsCursor {
        let term = token.withUnsafeBufferPointer { buffer -> Int? in
            var none: UInt8 = 0
            guard let base = buffer.baseAddress else { return level.find(user: user, field: fieldByte, &none, 0) }
            return level.find(user: user, field: fieldByte, base, buffer.count)
        }
        guard let term else { return EmptyCursor() }
        return LevelZeroCursor(level, term: term, visible: visible)
    }
}
