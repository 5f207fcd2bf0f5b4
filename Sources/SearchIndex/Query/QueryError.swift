/// Why a text is not a query.
package struct QueryError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where in the text, in characters from 0.
    package var position: Int
    /// What was found there.
    package var found: String
    /// What would be right.
    package var expected: String

    /// An error at a position.
    package init(position: Int, found: String, expected: String) {
        self.position = position
        self.found = found
        self.expected = expected
    }

    package var description: String { "query, character \(position + 1): expected \(expected), found \(found)" }
}
