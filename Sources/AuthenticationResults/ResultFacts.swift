/// The facts in which checks leave their results in the words of header fields.
package enum ResultFacts {
    /// How their names end; no other fact's may, since what a stranger wrote would then stand among our own results.
    package static let suffix = ".authentication-results"
    /// The checks whose results are written first, in this order; those of others follow by name.
    package static let checks = ["spf", "dkim", "arc", "dmarc", "iprev"]

    /// The name of a check's fact.
    package static func name(of check: String) -> String { check + suffix }

    /// The names of those checks' facts, in the same order.
    package static let names = checks.map(name)

    /// Whether a fact has results: its name ends as these names do.
    package static func isResult(_ name: String) -> Bool {
        name.utf8.count > suffix.utf8.count && name.hasSuffix(suffix)
    }
}
