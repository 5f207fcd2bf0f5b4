/// The mails in which words stand one behind the other.
final class PhraseCursor: Cursor {
    /// The words in order; all have to stand in a mail before positions are looked at.
    private let words: [PostingsCursor]
    private let together: ConjunctionCursor
    private var found: [UInt32] = []
    private var next: [UInt32] = []

    init(_ words: [PostingsCursor]) throws(IndexError) {
        self.words = words
        together = try ConjunctionCursor(words)
        super.init()
        try settle()
    }

    override var cost: Int { together.cost }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        try together.advance(to: target)
        try settle()
    }

    private func settle() throws(IndexError) {
        while together.key != Cursor.end, try !isPhrase() {
            try together.advance(to: together.key + 1)
        }
        key = together.key
    }

    /// Whether the words stand in a row in the present mail.
    private func isPhrase() throws(IndexError) -> Bool {
        found.removeAll(keepingCapacity: true)
        try words[0].appendPositions(to: &found)
        for word in words.dropFirst() {
            next.removeAll(keepingCapacity: true)
            try word.appendPositions(to: &next)
            keepFollowers()
            if found.isEmpty { return false }
        }
        return true
    }

    /// Leaves in `found` the positions of `next` that follow one of `found`.
    private func keepFollowers() {
        var kept = 0
        var left = 0
        for position in next {
            while left < found.count, found[left] + 1 < position { left += 1 }
            if left == found.count { break }
            if found[left] + 1 == position {
                next[kept] = position
                kept += 1
            }
        }
        next.removeSubrange(kept...)
        swap(&found, &next)
    }
}
