/// Where a word stands in one field of a mail.
///
/// Positions cost more to read than all else that a search looks at, so they are read last.
final class FieldPositions {
    /// The list of the word, wherever it stands; whoever asks walks along it.
    let base: PostingsCursor
    private let range: (UInt32) -> Range<UInt32>
    /// The positions in the mail that was read last.
    private(set) var found: [UInt32] = []

    /// Narrows a word's positions to those that depend on the mail.
    init(_ base: PostingsCursor, positions range: @escaping (UInt32) -> Range<UInt32>) {
        self.base = base
        self.range = range
    }

    /// Reads the mail that the list stands on; tells whether the word is in the field.
    func read() throws(IndexError) -> Bool {
        let wanted = range(base.key)
        found.removeAll(keepingCapacity: true)
        if !wanted.isEmpty {
            try base.appendPositions(to: &found)
            found.removeAll { !wanted.contains($0) }
        }
        return !found.isEmpty
    }
}
