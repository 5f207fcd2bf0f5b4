import DemoDNS
import Resolver
import SPF

/// What came of running a suite.
struct Conformance {
    /// Cases by scenario, in the suite's order.
    private(set) var rows: [(title: String, passed: Int, total: Int)] = []
    private(set) var differences: [String] = []

    var passed: Int { rows.reduce(0) { $0 + $1.passed } }
    var total: Int { rows.reduce(0) { $0 + $1.total } }

    /// A table of the scenarios and every difference.
    var table: String {
        let lines = rows.map { "\($0.passed) of \($0.total)  \($0.title)" }
        return (lines + ["\(passed) of \(total)  in all"] + differences).joined(separator: "\n")
    }

    /// Runs all cases of a scenario with a resolver for its zone.
    mutating func run(_ scenario: SPFScenario, resolver: any DNSResolving, worker: SPFWorkerPool) async {
        let checker = SPFChecker(resolver: resolver, worker: worker)
        var passed = 0
        for test in scenario.cases {
            let outcome = await checker.check(test.request)
            let right = test.results.contains(outcome.result.rawValue)
            let wanted = test.explanation == "DEFAULT" ? nil : test.explanation
            let isExplained = test.explanation == nil || outcome.explanation == wanted
            if right && isExplained {
                passed += 1
            } else {
                differences.append("\(test.name): \(outcome), not \(test.results) \(test.explanation ?? "")")
            }
        }
        if checker.disagreements > 0 {
            differences.append("\(scenario.title): libspf2 disagreed \(checker.disagreements) times")
        }
        rows.append((scenario.title, passed, scenario.cases.count))
    }
}
