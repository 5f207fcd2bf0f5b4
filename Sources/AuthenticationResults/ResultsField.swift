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
        var writer = ResultWriter(.line)
        write(to: &writer)
        return writer.text
    }

    /// The whole field, folded, with its line end.
    package var field: String {
        var writer = ResultWriter(.folded)
        writer.write("\(ResultsField.name): ")
        write(to: &writer)
        writer.write("\r\n")
        return writer.text
    }

    private func write(to writer: inout ResultWriter) {
        writer.write(service: service)
        if version != 1 { writer.write(" \(version)") }
        if results.isEmpty { writer.write("; none") } else { writer.write(results) }
    }

    /// The whole field of a service with what its checks have reported, each as ``MethodResult/text(of:)`` writes it.
    ///
    /// - Returns: nil where a report cannot be read.
    package static func field(service: String, reports: [String]) -> String? {
        var writer = ResultWriter(.folded)
        writer.write("\(name): ")
        writer.write(service: service)
        var isNone = true
        for report in reports {
            if writer.write(report: report) {
                isNone = false
                continue
            }
            // Somebody else's check: read as others' fields are, and written in our words.
            let (results, unreadable) = results(parsing: report)
            guard unreadable == 0 else { return nil }
            if results.isEmpty { continue }
            writer.write(results)
            isNone = false
        }
        writer.write(isNone ? "; none\r\n" : "\r\n")
        return writer.text
    }

    private static func key(_ service: String) -> String {
        let lower = service.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
