/// The facts in which checks leave their results in the words of header fields.
package enum ResultFacts {
    /// How their names end; no other fact's may, since what a stranger wrote would then stand among our own results.
    package static let suffix = ".authentication-results"
    /// The checks whose results are written first, in this order; those of others follow by name.
    package static let checks = ["spf", "dkim", "arc", "dmarc", "iprev"]

    /// The name of a check's fact.
    package static func name(of check: String) -> String { check + suffix }

    private static let known = checks.map(name)

    /// Those of some facts' names that hold results, in the order in which they are written.
    package static func ordered(_ names: some Sequence<String>) -> [String] {
        let all = names.filter(isResult).sorted()
        return known.filter(all.contains) + all.filter { !known.contains($0) }
    }

    /// Whether a fact's name ends as these names do.
    private static func isResult(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { $0.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) }
    }
}
