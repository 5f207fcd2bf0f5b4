/// A binary heap: the least key comes out first.
struct PriorityHeap<Key: Comparable, Value> {
    private var items: [(key: Key, value: Value)] = []

    var isEmpty: Bool { items.isEmpty }

    /// The least key and its value.
    var first: (key: Key, value: Value)? { items.first }

    /// Takes a value in; O(log n), O(1) for the greatest key so far.
    mutating func insert(_ value: Value, key: Key) {
        items.append((key, value))
        var child = items.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard items[child].key < items[parent].key else { return }
            items.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes the value with the least key; O(log n).
    mutating func popFirst() -> Value? {
        guard let last = items.popLast() else { return nil }
        guard let first = items.first else { return last.value }
        items[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { break }
            if child + 1 < items.count, items[child + 1].key < items[child].key { child += 1 }
            guard items[child].key < items[parent].key else { break }
            items.swapAt(child, parent)
            parent = child
        }
        return first.value
    }
}
