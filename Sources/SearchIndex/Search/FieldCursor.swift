/// The mails in which a word stands in one field.
final class FieldCursor: PostingsCursor {
    private let positions: FieldPositions

    /// Narrows the walk of a word to one field.
    init(_ positions: FieldPositions) throws(IndexError) {
        self.positions = positions
        super.init()
        try settle()
    }

    override var cost: Int { positions.base.cost }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        try positions.base.advance(to: target)
        try settle()
    }

    override func appendPositions(to array: inout [UInt32]) { array += positions.found }

    private func settle() throws(IndexError) {
        let base = positions.base
        while base.key != Cursor.end, try !positions.read() { try base.advance(to: base.key + 1) }
        key = base.key
    }
}
