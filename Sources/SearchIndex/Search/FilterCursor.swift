/// The mails of another cursor that fulfil a condition.
final class FilterCursor: Cursor {
    private let base: Cursor
    private let isWanted: (UInt32) -> Bool

    init(_ base: Cursor, where isWanted: @escaping (UInt32) -> Bool) throws(IndexError) {
        self.base = base
        self.isWanted = isWanted
        super.init()
        try settle()
    }

    override var cost: Int { base.cost }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        try base.advance(to: target)
        try settle()
    }

    private func settle() throws(IndexError) {
        while base.key != Cursor.end, !isWanted(base.key) { try base.advance(to: base.key + 1) }
        key = base.key
    }
}
