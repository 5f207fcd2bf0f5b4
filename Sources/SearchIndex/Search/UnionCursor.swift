/// The mails that any of many lists has.
///
/// Lists are opened when their turn comes: the words of a prefix are many, and the newest mails need only a few of their lists.
final class UnionCursor: PostingsCursor {
    /// A list by the key of its newest mail, opened by need.
    struct Source {
        var first: UInt32
        var cost: Int
    }

    private let sources: [Source]
    private let open: (Int) throws(IndexError) -> Cursor
    private var cursors: [Cursor?]
    /// A heap of key (upper half) and index of the list (lower half); the smallest key at the top.
    private var heap: [UInt64]

    init(_ sources: [Source], open: @escaping (Int) throws(IndexError) -> Cursor) {
        self.sources = sources
        self.open = open
        cursors = [Cursor?](repeating: nil, count: sources.count)
        heap = []
        heap.reserveCapacity(sources.count)
        for index in sources.indices where sources[index].first != Cursor.end {
            heap.append(UInt64(sources[index].first) << 32 | UInt64(index))
        }
        super.init()
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
        key = heap.first.map { UInt32($0 >> 32) } ?? Cursor.end
    }

    /// The union of a few open cursors.
    convenience init(_ cursors: [Cursor]) {
        self.init(cursors.map { Source(first: $0.key, cost: $0.cost) }) { index throws(IndexError) in cursors[index] }
    }

    override var cost: Int { sources.reduce(0) { $0 + $1.cost } }

    override func advance(to target: UInt32) throws(IndexError) {
        while let top = heap.first, UInt32(top >> 32) < target {
            let index = Int(top & 0xFFFF_FFFF)
            let cursor = try opened(index)
            try cursor.advance(to: target)
            if cursor.key == Cursor.end {
                let last = heap.removeLast()
                if !heap.isEmpty { heap[0] = last }
            } else {
                heap[0] = UInt64(cursor.key) << 32 | UInt64(index)
            }
            siftDown(0)
        }
        key = heap.first.map { UInt32($0 >> 32) } ?? Cursor.end
    }

    override func appendPositions(to positions: inout [UInt32]) throws(IndexError) {
        let before = positions.count
        var pending = [0]
        var lists = 0
        while let node = pending.popLast() {
            guard node < heap.count, UInt32(heap[node] >> 32) == key else { continue }
            if let cursor = try opened(Int(heap[node] & 0xFFFF_FFFF)) as? PostingsCursor {
                try cursor.appendPositions(to: &positions)
                lists += 1
            }
            pending.append(2 * node + 1)
            pending.append(2 * node + 2)
        }
        if lists > 1 { positions[before...].sort() }
    }

    private func opened(_ index: Int) throws(IndexError) -> Cursor {
        if let cursor = cursors[index] { return cursor }
        let cursor = try open(index)
        cursors[index] = cursor
        return cursor
    }

    private func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
