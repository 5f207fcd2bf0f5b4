/// The mails in which a word stands in one field.
final class FieldCursor: PostingsCursor {
    private let base: PostingsCursor
    private let range: (UInt32) -> Range<UInt32>
    /// The positions in the present mail that are of the field.
    private var found: [UInt32] = []

    /// Narrows a walk to positions that depend on the mail.
    init(_ base: PostingsCursor, positions range: @escaping (UInt32) -> Range<UInt32>) throws(IndexError) {
        self.base = base
        self.range = range
        super.init()
        try settle()
    }

    override var cost: Int { base.cost }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        try base.advance(to: target)
        try settle()
    }

    override func appendPositions(to positions: inout [UInt32]) { positions += found }

    private func settle() throws(IndexError) {
        while base.key != Cursor.end {
            let wanted = range(base.key)
            found.removeAll(keepingCapacity: true)
            if !wanted.isEmpty {
                try base.appendPositions(to: &found)
                found.removeAll { !wanted.contains($0) }
            }
            if !found.isEmpty { break }
            try base.advance(to: base.key + 1)
        }
        key = base.key
    }
}
