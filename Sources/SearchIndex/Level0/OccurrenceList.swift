/// The words of the one mail that is being added, chained by term.
struct OccurrenceList {
    /// One word: the chain of a term is a ring, from its newest occurrence to its oldest and on to the next.
    struct Occurrence {
        var term: UInt32
        var position: UInt32
        var next: UInt32
    }

    private(set) var entries: [Occurrence] = []
    /// The terms of the mail, each once.
    private(set) var terms: [UInt32] = []

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        terms.removeAll(keepingCapacity: true)
    }

    /// Notes one word; `pending` is the term's index of its newest occurrence, right or left over from an earlier mail.
    @inline(__always)
    mutating func append(term: UInt32, position: UInt32, pending: inout UInt32) {
        let index = UInt32(entries.count)
        let newest = Int(pending)
        if newest < entries.count, entries[newest].term == term {
            let oldest = entries[newest].next
            entries[newest].next = index
            entries.append(Occurrence(term: term, position: position, next: oldest))
        } else {
            terms.append(term)
            entries.append(Occurrence(term: term, position: position, next: index))
        }
        pending = index
    }

    /// Calls `body` with the positions of one term, rising.
    @inline(__always)
    func forEachPosition(newest: UInt32, _ body: (UInt32) -> Void) {
        var index = entries[Int(newest)].next
        while true {
            body(entries[Int(index)].position)
            if index == newest { return }
            index = entries[Int(index)].next
        }
    }
}
