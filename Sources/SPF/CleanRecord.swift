/// A record as libspf2 gets to see it: only the terms that were reached, without macros and without names from outside.
///
/// libspf2 keeps 511 octets of compiled terms and drops the rest of a record without a word, so a longer one goes on in
/// includes (a run of networks with one qualifier) and redirects (the rest), which mean the same.
struct CleanRecord: Sendable {
    /// One directive.
    struct Term: Sendable {
        let qualifier: Character
        let text: String
        /// Whether the term can be moved together with its like: it needs no domain of its own.
        let isNetwork: Bool

        /// An upper bound of what libspf2 makes of it: a header, then an address or a prefix length and a name.
        var size: Int {
            guard isNetwork, !text.hasPrefix("include:") else { return 12 + text.utf8.count }
            return text.hasPrefix("ip4:") ? 8 : 20
        }
    }

    /// How many compiled octets one text may need: libspf2's 511 less a redirect.
    static let maximumSize = 480

    private(set) var terms: [Term] = []
    /// The alias that the record redirects to, once that was reached.
    var redirect: String?

    mutating func append(_ term: Term) { terms.append(term) }

    /// The texts of the record, the first under `alias`; `makeAlias` names the others.
    ///
    /// - Returns: The texts by alias, and how many records deep they lead.
    func texts(
        at alias: String, makeAlias: () -> String
    ) -> (texts: [(alias: String, text: String)], depth: Int) {
        var texts: [(alias: String, text: String)] = []
        var depth = 0
        var rest = terms[...]
        while rest.reduce(0, { $0 + $1.size }) > CleanRecord.maximumSize {
            let grouped = CleanRecord.group(Array(rest), makeAlias, into: &texts)
            if grouped.count == rest.count { break }
            rest = grouped[...]
            depth += 1
        }
        var alias = alias
        repeat {
            let count = CleanRecord.fitting(rest)
            var parts = ["v=spf1"] + rest.prefix(count).map { "\($0.qualifier)\($0.text)" }
            rest = rest.dropFirst(count)
            let next = rest.isEmpty ? redirect : makeAlias()
            if let next { parts.append("redirect=\(next)") }
            // libspf2 knows a record by the space after its version, which an empty one has too.
            texts.append((alias, parts.joined(separator: " ") + (parts.count == 1 ? " " : "")))
            if !rest.isEmpty { depth += 1 }
            alias = next ?? alias
        } while !rest.isEmpty
        return (texts, depth)
    }

    /// Puts runs of networks with one qualifier into texts of their own, which an `include` stands for.
    private static func group(
        _ terms: [Term], _ makeAlias: () -> String, into texts: inout [(alias: String, text: String)]
    ) -> [Term] {
        var result: [Term] = []
        var rest = terms[...]
        while let first = rest.first {
            let run = rest.prefix { $0.isNetwork && $0.qualifier == first.qualifier }
            let count = max(fitting(run), 1)
            let group = rest.prefix(count)
            rest = rest.dropFirst(count)
            // An include costs about as much as two networks; shorter runs stay as they are.
            guard group.count > 3 else {
                result += group
                continue
            }
            let alias = makeAlias()
            texts.append((alias, "v=spf1 " + group.map(\.text).joined(separator: " ")))
            result.append(Term(qualifier: first.qualifier, text: "include:\(alias)", isNetwork: true))
        }
        return result
    }

    /// How many of the first terms fit one text.
    private static func fitting(_ terms: ArraySlice<Term>) -> Int {
        var size = 0
        let end = terms.firstIndex { term in
            size += term.size
            return size > maximumSize
        }
        return (end ?? terms.endIndex) - terms.startIndex
    }
}
