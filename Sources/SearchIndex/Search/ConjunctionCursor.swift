/// The mails that all parts have, that fulfil all conditions, that no exception has, and in which some words stand in fields.
final class ConjunctionCursor: Cursor {
    private let parts: [Cursor]
    private let conditions: [(UInt32) -> Bool]
    private let exceptions: [Cursor]
    private let positions: [FieldPositions]

    /// Intersects at least one part; the lists of `positions` are among them.
    init(
        _ parts: [Cursor], conditions: [(UInt32) -> Bool] = [], exceptions: [Cursor] = [],
        positions: [FieldPositions] = []
    ) throws(IndexError) {
        // The rarest part leads; the others only follow where it goes.
        self.parts = parts.sorted { $0.cost < $1.cost }
        self.conditions = conditions
        self.exceptions = exceptions
        self.positions = positions
        super.init()
        try settle(parts.isEmpty ? Cursor.end : self.parts[0].key)
    }

    override var cost: Int { parts.first?.cost ?? 0 }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        try parts[0].advance(to: target)
        try settle(parts[0].key)
    }

    private func settle(_ first: UInt32) throws(IndexError) {
        var candidate = first
        search: while candidate != Cursor.end {
            for part in parts.dropFirst() {
                if part.key < candidate { try part.advance(to: candidate) }
                if part.key > candidate {
                    candidate = try lead(to: part.key)
                    continue search
                }
            }
            if try isWanted(candidate) { break }
            candidate = try lead(to: candidate + 1)
        }
        key = candidate
    }

    private func lead(to target: UInt32) throws(IndexError) -> UInt32 {
        if target == Cursor.end { return target }
        try parts[0].advance(to: target)
        return parts[0].key
    }

    private func isWanted(_ candidate: UInt32) throws(IndexError) -> Bool {
        for condition in conditions where !condition(candidate) { return false }
        for exception in exceptions {
            if exception.key < candidate { try exception.advance(to: candidate) }
            if exception.key == candidate { return false }
        }
        for word in positions where try !word.read() { return false }
        return true
    }
}
