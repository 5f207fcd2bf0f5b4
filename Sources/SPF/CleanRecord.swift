/// A record as libspf2 gets to see it: only the terms that were reached, without macros and without names from outside.
struct CleanRecord: Sendable {
    /// The most terms in one text; libspf2 counts them in one octet, so longer records go on in a redirect.
    static let maximumTerms = 200

    private(set) var terms: [String] = []
    /// The alias that the record redirects to, once that was reached.
    var redirect: String?

    mutating func append(_ term: String) { terms.append(term) }

    /// The texts of the record, each but the last redirecting to the next, whose alias `makeAlias` gives.
    func texts(startingAt alias: String, makeAlias: () -> String) -> [(alias: String, text: String)] {
        var result: [(alias: String, text: String)] = []
        var alias = alias
        var rest = terms[...]
        repeat {
            var parts = ["v=spf1"] + rest.prefix(CleanRecord.maximumTerms)
            rest = rest.dropFirst(CleanRecord.maximumTerms)
            let next = rest.isEmpty ? redirect : makeAlias()
            if let next { parts.append("redirect=\(next)") }
            // libspf2 knows a record by the space after its version, which an empty one has too.
            result.append((alias, parts.joined(separator: " ") + (parts.count == 1 ? " " : "")))
            alias = next ?? alias
        } while !rest.isEmpty
        return result
    }
}
