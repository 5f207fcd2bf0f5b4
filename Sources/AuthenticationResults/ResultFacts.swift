/// The facts in which checks leave their results in the words of header fields.
package enum ResultFacts {
    /// How their names end; no other fact's may, since what a stranger wrote would then stand among our own results.
    package static let suffix = ".authentication-results"
    /// The checks whose results are written first, in this order; those of others follow by name.
    package static let checks = ["spf", "dkim", "arc", "dmarc", "iprev"]

    /// The name of a check's fact.
    package static func name(of check: String) -> String { check + suffix }

    private static let known = checks.map(name)

    /// The results among facts, each its name and text, in the order in which they are written: those of known checks,
    /// then others by name.
    package static func results(among texts: [(name: String, text: String)]) -> [String] {
        var results: [String] = []
        results.reserveCapacity(texts.count)
        for name in known { if let found = texts.first(where: { $0.name == name }) { results.append(found.text) } }
        guard results.count < texts.count else { return results }
        let others = texts.filter { isResult($0.name) && !known.contains($0.name) }
        return others.isEmpty ? results : results + others.sorted { $0.name < $1.name }.map(\.text)
    }

    /// Whether a fact has results: its name ends as these names do.
    package static func isResult(_ name: String) -> Bool {
        name.utf8.count > suffix.utf8.count && name.hasSuffix(suffix)
    }
}
