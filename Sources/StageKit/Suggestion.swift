/// The candidate that was probably meant: at most a third of its letters differ (Damerau–Levenshtein, without weights),
/// or the word has an ending more, as `failed` for `fail`.
public func closest(to word: String, among candidates: some Collection<String>) -> String? {
    let typed = Array(word.lowercased().unicodeScalars)
    // Nobody mistypes a word this long by a letter; and the comparison is quadratic.
    let limit = 64
    guard typed.count <= limit else { return nil }
    let near =
        candidates
        .map { ($0, distance(typed, Array($0.lowercased().unicodeScalars))) }
        .filter { $0.1 <= max(1, $0.0.count / 3) }
        .min { $0.1 < $1.1 }?.0
    return near ?? candidates.filter { isStem($0, of: word) }.max { $0.count < $1.count }
}

/// Whether a word is a candidate with an ending that is shorter than it.
private func isStem(_ candidate: String, of word: String) -> Bool {
    word.count < 2 * candidate.count && word.lowercased().hasPrefix(candidate.lowercased())
}

private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, a) in left.enumerated() {
        var current = [row + 1]
        for (column, b) in right.enumerated() {
            var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (a == b ? 0 : 1))
            if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                best = min(best, beforeLast[column - 1] + 1)
            }
            current.append(best)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
