import Glibc

/// Writes a line for each suite to the file that `SLUICE_CONFORMANCE_TABLE` names, for `Tests/bench mime-suites`.
enum ConformanceTable {
    /// What is wrong with the file.
    struct NotWritten: Error {}

    /// Adds a suite: its name, cases, those that agree, and the others by verdict, separated by tabs.
    static func add(
        _ suite: ConformanceSuite, _ cases: [ConformanceSuite.Case], _ listed: [String: Differences]
    ) throws {
        let differing = cases.filter { $0.difference != nil }
        func count(_ verdict: Differences.Verdict) -> Int {
            differing.count { listed[$0.name]?.verdict == verdict }
        }
        let unexplained = differing.count { listed[$0.name] == nil }
        let numbers =
            [cases.count, cases.count - differing.count] + Differences.Verdict.allCases.map(count) + [unexplained]
        try add([suite.name] + numbers.map(String.init))
    }

    /// Adds a line of cells.
    static func add(_ cells: [String]) throws {
        guard let path = getenv("SLUICE_CONFORMANCE_TABLE") else { return }
        guard let file = fopen(path, "a") else { throw NotWritten() }
        defer { fclose(file) }
        guard fputs(cells.joined(separator: "\t") + "\n", file) >= 0 else { throw NotWritten() }
    }
}
