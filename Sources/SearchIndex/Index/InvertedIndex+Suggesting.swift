extension InvertedIndex {
    /// The shortest word for which others are suggested: shorter ones are near to too many.
    package static let shortestSuggestion = 4
    /// From this length on two mistakes are forgiven.
    private static let lengthForTwo = 8

    /// Words of the user's mails that are near to those of a query that no mail has, each with its best replacement.
    ///
    /// A replacement differs by one letter (two in long words), begins with the same letter, and is the one that most mails have.
    /// - Returns: Folded words with their replacements, in the order of the query; empty if there is nothing to suggest.
    /// - Throws: ``IndexError``.
    package func suggestions(user: UInt32, query: Query) throws -> [(word: String, replacement: String)] {
        let runs = try snapshot().mailRuns(of: user)
        var suggestions: [(word: String, replacement: String)] = []
        for word in Self.words(query.expression) {
            guard word.count >= Self.shortestSuggestion, try !Self.exists(word, runs),
                let near = try Self.nearest(word, runs)
            else { continue }
            suggestions.append((String(decoding: word, as: UTF8.self), String(decoding: near, as: UTF8.self)))
        }
        return suggestions
    }

    private static func words(_ expression: Expression) -> [[UInt8]] {
        switch expression {
        case .words(let sequence): sequence.words.map(\.token)
        case .all(let parts), .any(let parts): parts.flatMap(words)
        case .not, .filter, .everything, .nothing: []
        }
    }

    private static func exists(_ word: [UInt8], _ runs: [any MailRun]) throws(IndexError) -> Bool {
        for run in runs where try run.prefix(word).key != Cursor.end { return true }
        return false
    }

    private static func nearest(_ word: [UInt8], _ runs: [any MailRun]) throws(IndexError) -> [UInt8]? {
        let allowed = word.count >= lengthForTwo ? 2 : 1
        var counts: [[UInt8]: (distance: Int, mails: Int)] = [:]
        for run in runs {
            try run.forEachWord(startingWith: word[0]) { candidate, mails in
                guard abs(candidate.count - word.count) <= allowed else { return }
                let distance = EditDistance.between(word, candidate)
                guard distance <= allowed else { return }
                counts[candidate] = (distance, (counts[candidate]?.mails ?? 0) + mails)
            }
        }
        return counts.min { left, right in
            if left.value.distance != right.value.distance { return left.value.distance < right.value.distance }
            if left.value.mails != right.value.mails { return left.value.mails > right.value.mails }
            return left.key.lexicographicallyPrecedes(right.key)
        }?.key
    }
}

/// How many letters have to be put in, left out, changed, or swapped with their neighbour to make one word another.
enum EditDistance {
    /// The optimal string alignment distance of two words.
    static func between(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var older = [Int](repeating: 0, count: right.count + 1)
        var old = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var new = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(old[column] + (byte == other ? 0 : 1), old[column + 1] + 1, new[column] + 1)
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == other {
                    best = min(best, older[column - 1] + 1)
                }
                new.append(best)
            }
            (older, old) = (old, new)
        }
        return old[right.count]
    }
}
