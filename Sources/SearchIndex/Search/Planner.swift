/// Turns what a query asks for into a walk through one run.
struct Planner {
    let run: any MailRun
    let flags: FlagTable?

    /// The mails that an expression asks for, dead ones included.
    func cursor(_ expression: Expression) throws(IndexError) -> Cursor {
        if let condition = try condition(expression) {
            return try FilterCursor(try run.everything(), where: condition)
        }
        switch expression {
        case .everything: return try run.everything()
        case .words(let sequence): return try words(sequence)
        case .all(let parts): return try all(parts)
        case .any(let parts):
            var cursors: [Cursor] = []
            for part in parts { cursors.append(try cursor(part)) }
            return UnionCursor(cursors)
        case .not: return try all([expression])
        case .nothing, .filter: return EmptyCursor()
        }
    }

    private func words(_ sequence: WordSequence) throws(IndexError) -> Cursor {
        var cursors: [PostingsCursor] = []
        for word in sequence.words {
            var cursor = try mails(with: word)
            if sequence.field != .any, cursor.key != Cursor.end {
                cursor = try FieldCursor(positions(of: cursor, in: sequence.field))
            }
            if cursor.key == Cursor.end { return EmptyCursor() }
            cursors.append(cursor)
        }
        return cursors.count == 1 ? cursors[0] : try PhraseCursor(cursors)
    }

    private func mails(with word: WordSequence.Word) throws(IndexError) -> PostingsCursor {
        word.isPrefix ? try run.prefix(word.token) : try run.word(word.token)
    }

    private func positions(of cursor: PostingsCursor, in field: Field) -> FieldPositions {
        FieldPositions(cursor) { [run] in run.fields($0).range(of: field) }
    }

    private func all(_ parts: [Expression]) throws(IndexError) -> Cursor {
        var cursors: [Cursor] = []
        var positions: [FieldPositions] = []
        var conditions: [(UInt32) -> Bool] = []
        var exceptions: [Cursor] = []
        for part in parts {
            if let condition = try condition(part) {
                conditions.append(condition)
            } else if case .not(let inner) = part {
                exceptions.append(try cursor(inner))
            } else if case .words(let sequence) = part, sequence.field != .any, sequence.words.count == 1 {
                // The mails that have the word anywhere; which of them have it in the field is asked last.
                let cursor = try mails(with: sequence.words[0])
                if cursor.key == Cursor.end { return EmptyCursor() }
                cursors.append(cursor)
                positions.append(self.positions(of: cursor, in: sequence.field))
            } else if part != .everything {
                let cursor = try cursor(part)
                if cursor.key == Cursor.end { return EmptyCursor() }
                cursors.append(cursor)
            }
        }
        if cursors.isEmpty { cursors.append(try run.everything()) }
        if cursors.count == 1, conditions.isEmpty, exceptions.isEmpty, positions.isEmpty { return cursors[0] }
        return try ConjunctionCursor(cursors, conditions: conditions, exceptions: exceptions, positions: positions)
    }

    // MARK: Conditions

    /// An expression of filters only, as a test of one mail; nil if it has words.
    private func condition(_ expression: Expression) throws(IndexError) -> ((UInt32) -> Bool)? {
        switch expression {
        case .filter(let filter): return try test(filter)
        case .not(let inner):
            guard let condition = try condition(inner) else { return nil }
            return { !condition($0) }
        case .all(let parts):
            guard let conditions = try conditions(parts) else { return nil }
            return { key in conditions.allSatisfy { $0(key) } }
        case .any(let parts):
            guard let conditions = try conditions(parts) else { return nil }
            return { key in conditions.contains { $0(key) } }
        case .everything, .nothing, .words: return nil
        }
    }

    private func conditions(_ parts: [Expression]) throws(IndexError) -> [(UInt32) -> Bool]? {
        var conditions: [(UInt32) -> Bool] = []
        for part in parts {
            guard let condition = try condition(part) else { return nil }
            conditions.append(condition)
        }
        return conditions
    }

    private func test(_ filter: Filter) throws(IndexError) -> (UInt32) -> Bool {
        let (run, flags) = (run, flags)
        switch filter {
        case .has(let wanted):
            guard let flags else { return { _ in false } }
            return { flags.flags(run.number($0)).contains(wanted) }
        case .hasAttachment: return { run.hasAttachment($0) }
        case .mailbox(.resolved(let mailbox)):
            guard let flags else { return { _ in mailbox == 0 } }
            return { flags.mailbox(run.number($0)) == mailbox }
        case .mailbox(.missing): return { _ in false }
        case .mailbox(.named(let name)): throw .unresolvedMailbox(name)
        case .before(let moment): return { run.date($0) < moment }
        case .since(let moment): return { run.date($0) >= moment }
        case .larger(let size): return { run.size($0) > size }
        case .smaller(let size): return { run.size($0) < size }
        }
    }
}
