/// Walks through mails of one user in one run, newest first.
///
/// Mails have keys that rise from the newest to the oldest: rows in a segment, inverted ordinals in level 0.
/// A cursor belongs to one search on one thread.
class Cursor {
    /// The key that stands for "no more".
    static let end = UInt32.max

    /// The mail it stands on, or ``end``.
    final var key: UInt32 = 0

    /// About how many mails it will give.
    var cost: Int { 0 }

    /// Moves on to the first mail at or behind a key; never back.
    func advance(to target: UInt32) throws(IndexError) {
        key = Cursor.end
    }
}

/// A cursor that knows where in the mail its words stand.
class PostingsCursor: Cursor {
    /// Adds the positions in the present mail, rising, to an array.
    func appendPositions(to positions: inout [UInt32]) throws(IndexError) {}
}

/// A cursor without mails.
final class EmptyCursor: PostingsCursor {
    override init() {
        super.init()
        key = Cursor.end
    }
}

/// All keys of a range.
final class RangeCursor: Cursor {
    private let range: Range<UInt32>

    init(_ range: Range<UInt32>) {
        self.range = range
        super.init()
        key = range.isEmpty ? Cursor.end : range.lowerBound
    }

    override var cost: Int { range.count }

    override func advance(to target: UInt32) {
        if target > key { key = target < range.upperBound ? target : Cursor.end }
    }
}
