/// Decides which neighbouring segments become one.
///
/// Runs stay in the order of time, with higher levels before lower ones: so a list of the result is lists of the inputs one behind the other,
/// and each mail is written once for each level.
struct MergePolicy {
    /// What the policy knows of a run.
    struct Run {
        var level: Int
        var octets: Int
        var mails: Int
        var dead: Int
        var users: Int
    }

    /// Neighbours to merge, and the level of the result.
    struct Choice: Equatable {
        var range: Range<Int>
        var level: Int
    }

    /// Users with fewer mails than this in a run are small: most of what they take is words, which every run has anew.
    static let smallUser = 1_000

    let options: IndexOptions

    /// The merge that is due, if one is, of runs given oldest first.
    func choose(_ runs: [Run]) -> Choice? {
        if let choice = repeatedWords(runs) ?? fullLevel(runs) { return choice }
        if runs.count > options.maximumRuns { return smallestNeighbours(runs) }
        if let index = runs.firstIndex(where: { $0.dead * 100 > $0.mails * options.deadPercent }) {
            return Choice(range: index..<index + 1, level: runs[index].level)
        }
        return nil
    }

    /// The newest row of as many runs of one level as the fan-out.
    private func fullLevel(_ runs: [Run]) -> Choice? {
        var end = runs.count
        while end > 0 {
            var start = end - 1
            while start > 0, runs[start - 1].level == runs[end - 1].level { start -= 1 }
            if end - start >= options.fanOut { return Choice(range: start..<end, level: runs[end - 1].level + 1) }
            end = start
        }
        return nil
    }

    /// All runs of small users once the newer ones together are as large as the oldest: so their words stand little more than once.
    private func repeatedWords(_ runs: [Run]) -> Choice? {
        guard let oldest = runs.first, runs.count > 1, oldest.mails < oldest.users * Self.smallUser else { return nil }
        let newer = runs.dropFirst().reduce(0) { $0 + $1.octets }
        guard newer >= oldest.octets else { return nil }
        return Choice(range: 0..<runs.count, level: max(oldest.level, runs[1].level + 1))
    }

    private func smallestNeighbours(_ runs: [Run]) -> Choice? {
        let starts = 0..<runs.count - 1
        let start = starts.min { runs[$0].octets + runs[$0 + 1].octets < runs[$1].octets + runs[$1 + 1].octets }
        return start.map { Choice(range: $0..<$0 + 2, level: max(runs[$0].level, runs[$0 + 1].level)) }
    }
}

extension MergePolicy.Run {
    /// What there is to know of a run of the index.
    init(_ run: Snapshot.Run) {
        self.init(
            level: run.segment.level, octets: run.segment.size, mails: run.segment.mailCount, dead: run.dead.count,
            users: run.segment.userCount)
    }
}
