/// The facts in which checks leave their results in the words of header fields.
package enum ResultFacts {
    /// How their names end; no other fact's may, since what a stranger wrote would then stand among our own results.
    package static let suffix = ".authentication-results"
    /// The checks whose results are written first, in this order; those of others follow by name.
    package static let checks = ["spf", "dkim", "arc", "dmarc", "iprev"]

    /// The name of a check's fact.
    package static func name(of check: String) -> String { check + suffix }

    private static let known = checks.map(name)

    /// The results among facts, each its name and text, in the order in which they are written.
    package static func results(among texts: [(name: String, text: String)]) -> [String] {
        let found = texts.filter { isResult($0.name) }
        return ordered(found.map(\.name)).compactMap { name in found.first { $0.name == name }?.text }
    }

    /// The names of facts with results, in the order in which these are written.
    static func ordered(_ names: [String]) -> [String] {
        let others = names.filter { !known.contains($0) }
        return known.filter { names.contains($0) } + others.sorted()
    }

    /// Whether a fact has results: its name ends as these names do.
    static func isResult(_ name: String) -> Bool {
        let (name, suffix) = (name.utf8, suffix.utf8)
        return name.count > suffix.count && name.suffix(suffix.count).elementsEqual(suffix)
    }
}
