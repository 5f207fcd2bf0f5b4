package import Bytes

/// What somebody searches for.
///
/// | text | finds mails |
/// |---|---|
/// | `report` | with the word anywhere; if the query ends directly behind it, also with longer words that begin so |
/// | `"annual report"` | with the words in a row |
/// | `from:anna to:bob@example.com subject:plan filename:pdf` | with words or whole addresses in that part |
/// | `is:unread is:read is:flagged has:attachment in:Archive` | of that state |
/// | `before:2026-01-31 after:2026-01-01` | before that day; on that day or later (UTC) |
/// | `older_than:7d newer_than:2w` | of that age (`d` days, `w` weeks, `m` months of 30 days, `y` years of 365) |
/// | `larger:5MB smaller:100KB` | of that size |
/// | `a OR b`, `-a`, `(a b)` | with either, without, grouped |
///
/// What has neither letters nor digits, such as a dash between words, is left out; alone it is refused.
package struct Query: Sendable, Equatable {
    /// The longest query in octets: more than people type, and bounded work.
    package static let maximumLength = 4_096
    /// How deep parentheses and `-` may nest, which bounds the stack.
    package static let maximumDepth = 32
    /// How many words, in phrases or not, and filters a query may have, which bounds what one search opens.
    package static let maximumTerms = 256

    var expression: Expression

    /// Reads a query.
    ///
    /// - Throws: ``QueryError`` with the position and what was expected there.
    package init(parsing text: String, now: Timestamp) throws(QueryError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw QueryError(
                position: 0, found: "\(text.utf8.count) octets", expected: "at most \(Self.maximumLength) octets")
        }
        var parser = QueryParser(tokens: try QueryLexer.tokens(of: text), now: now)
        expression = try parser.parse()
    }

    /// The query with the names of `in:` replaced by what a closure knows them as; nil finds nothing.
    package func resolvingMailboxes(_ resolve: (String) throws -> UInt32?) rethrows -> Query {
        var query = self
        query.expression = try Self.resolve(expression, resolve)
        return query
    }

    private static func resolve(
        _ expression: Expression, _ resolve: (String) throws -> UInt32?
    ) rethrows -> Expression {
        switch expression {
        case .filter(.mailbox(.named(let name))):
            .filter(.mailbox(try resolve(name).map { .resolved($0) } ?? .missing))
        case .all(let parts): .all(try parts.map { try Self.resolve($0, resolve) })
        case .any(let parts): .any(try parts.map { try Self.resolve($0, resolve) })
        case .not(let part): .not(try Self.resolve(part, resolve))
        case .everything, .nothing, .words, .filter: expression
        }
    }
}
