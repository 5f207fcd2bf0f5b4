/// The content of an `Authentication-Results` field (RFC 8601).
package struct ResultsField: Sendable, Hashable {
    /// The field's name.
    package static let name = "Authentication-Results"

    /// Who checked: the `authserv-id` (section 2.5).
    package var service: String
    /// The version of the format; 1 where none is written.
    package var version: Int
    /// The results in order; empty means `none`.
    package var results: [MethodResult]
    /// How many results could not be read; always 0 in a field of our own.
    package private(set) var unreadable = 0

    /// A field of results that a service found.
    package init(service: String, results: [MethodResult], version: Int = 1) {
        self.service = service
        self.version = version
        self.results = results
    }

    /// Reads the value of a field, folds and comments included; nil if it names no service.
    ///
    /// Results that break the grammar are left out and counted in ``unreadable``.
    ///
    /// - Complexity: O(n) in its length, of which no more is read than ``ResultReader/maximumLength``.
    package init?(parsing value: some Sequence<UInt8>) {
        var reader = ResultReader(value)
        guard let service = reader.readService() else { return nil }
        self.service = service
        version = reader.readVersion() ?? 1
        (results, unreadable) = reader.readResults()
    }

    /// Reads results without a service before them, as ``MethodResult/text`` writes them, joined by semicolons.
    package static func results(parsing text: String) -> (results: [MethodResult], unreadable: Int) {
        var reader = ResultReader(text.utf8)
        return reader.readResults(isFirst: true)
    }

    /// Whether the field claims to come from a service, in whatever letter case and with or without a dot at its end.
    package func isFrom(_ service: String) -> Bool { ResultsField.key(self.service) == ResultsField.key(service) }

    /// The value on one line.
    package var value: String {
        let head = ResultWriter.value(service) + (version == 1 ? "" : " \(version)")
        guard !results.isEmpty else { return head + "; none" }
        return ([head] + results.map(\.text)).joined(separator: "; ")
    }

    /// The whole field, folded, with its line end.
    package var field: String { ResultWriter.field(self) }

    private static func key(_ service: String) -> String {
        let lower = service.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
