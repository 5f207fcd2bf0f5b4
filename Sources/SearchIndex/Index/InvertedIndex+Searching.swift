extension InvertedIndex {
    /// The most hits of one page.
    package static let maximumPage = 10_000

    /// Finds mails of a user, newest first.
    ///
    /// Older runs are not opened once there are enough hits, and hits beyond the page are not counted: see ``count(user:query:)``.
    /// The bytes of other users are not even read. The names of `in:` must be resolved; `before` is the `next` of the page before.
    package func search(user: UInt32, query: Query, limit: Int, before: UInt32? = nil) throws -> SearchResult {
        let runs = try snapshot().mailRuns(of: user)
        var hits = HitMerge(runs, query.expression, flags: flags.table(of: user), before: before)
        var numbers: [UInt32] = []
        let wanted = min(max(limit, 0), Self.maximumPage)
        while numbers.count < wanted, let number = try hits.next() { numbers.append(number) }
        let isComplete = numbers.count < wanted
        let isCounted = isComplete && before == nil
        return SearchResult(
            numbers: numbers, count: isCounted ? .exactly(numbers.count) : .atLeast(numbers.count),
            next: isComplete ? nil : numbers.last)
    }

    /// Counts all mails of a user that a query finds.
    package func count(user: UInt32, query: Query) throws -> Int {
        let runs = try snapshot().mailRuns(of: user)
        if let known = try Self.quickCount(query.expression, runs) { return known }
        var hits = HitMerge(runs, query.expression, flags: flags.table(of: user), before: nil)
        var count = 0
        while try hits.next() != nil { count += 1 }
        return count
    }

    /// The count of one word, which the lists know, as long as no mail is dead.
    private static func quickCount(_ expression: Expression, _ runs: [any MailRun]) throws(IndexError) -> Int? {
        guard case .words(let sequence) = expression, sequence.field == .any, sequence.words.count == 1,
            !sequence.words[0].isPrefix,
            !runs.contains(where: { $0.hasDead })
        else { return nil }
        var count = 0
        for run in runs { count += try run.frequency(of: sequence.words[0].token) }
        return count
    }
}

extension InvertedIndex {
    /// Reads all segments and compares every page with its checksum.
    ///
    /// - Throws: ``IndexError/corruptPage(file:page:)`` for the first that is damaged.
    package func verify() throws {
        for run in snapshot().runs { try run.segment.verifyAll() }
    }
}
