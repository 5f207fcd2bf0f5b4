/// Merges the hits of several runs, newest first, opening a run only when its turn comes.
struct HitMerge {
    private struct Source {
        var run: any MailRun
        /// Nil until opened.
        var cursor: Cursor?
        /// The number of its next hit, 0 for none; before it is opened, the highest that it may be.
        var bound: UInt32
        /// The hits of a run whose numbers do not fall in order, the next one last.
        var sorted: [UInt32]?
    }

    private let expression: Expression
    private let flags: FlagTable?
    private let limit: UInt32
    private var sources: [Source]

    /// Finds hits whose numbers are below `before`.
    init(_ runs: [any MailRun], _ expression: Expression, flags: FlagTable?, before: UInt32?) {
        self.expression = expression
        self.flags = flags
        limit = before ?? UInt32.max
        sources = runs.map {
            Source(run: $0, cursor: nil, bound: min($0.highestNumber, before ?? UInt32.max), sorted: nil)
        }
    }

    /// The next hit; nil if there are no more.
    mutating func next() throws(IndexError) -> UInt32? {
        while true {
            var best = -1
            for index in sources.indices where sources[index].bound > 0 {
                if best < 0 || sources[index].bound > sources[best].bound { best = index }
            }
            guard best >= 0 else { return nil }
            guard sources[best].cursor != nil || sources[best].sorted != nil else {
                try open(best)
                continue
            }
            let number = sources[best].bound
            try step(best)
            return number
        }
    }

    private mutating func open(_ index: Int) throws(IndexError) {
        let run = sources[index].run
        try run.prepare()
        let cursor = try Planner(run: run, flags: flags).cursor(expression)
        if run.isOrdered {
            sources[index].cursor = cursor
            let first = run.firstKey(below: limit)
            if limit != UInt32.max, first > cursor.key { try cursor.advance(to: first) }
            return try settle(index)
        }
        var numbers: [UInt32] = []
        while cursor.key != Cursor.end {
            let number = run.number(cursor.key)
            if number < limit, !run.isDead(cursor.key) { numbers.append(number) }
            try cursor.advance(to: cursor.key + 1)
        }
        sources[index].sorted = numbers.sorted()
        sources[index].bound = sources[index].sorted?.popLast() ?? 0
    }

    private mutating func step(_ index: Int) throws(IndexError) {
        if let cursor = sources[index].cursor {
            try cursor.advance(to: cursor.key + 1)
            try settle(index)
        } else {
            sources[index].bound = sources[index].sorted?.popLast() ?? 0
        }
    }

    /// Steps over dead mails and those that are too new.
    private mutating func settle(_ index: Int) throws(IndexError) {
        guard let cursor = sources[index].cursor else { return }
        let run = sources[index].run
        while cursor.key != Cursor.end {
            let number = run.number(cursor.key)
            if number < limit, !run.isDead(cursor.key) {
                sources[index].bound = number
                return
            }
            try cursor.advance(to: cursor.key + 1)
        }
        sources[index].bound = 0
    }
}
