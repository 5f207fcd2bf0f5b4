/// What one method of authentication came to: a `resinfo` (RFC 8601, section 2.2).
package struct MethodResult: Sendable, Hashable {
    /// The method, such as `spf`.
    package var method: String
    /// The method's version; 1 where none is written.
    package var version: Int
    /// The method's word for its result, such as `pass`.
    package var result: String
    /// Why, in words; empty if nothing is said.
    package var reason: String
    /// What was looked at, in order.
    package var properties: [ResultProperty]

    /// A result of these parts; method and result must be words of letters, digits and hyphens.
    package init(
        _ method: String, _ result: String, reason: String = "", properties: [ResultProperty] = [], version: Int = 1
    ) {
        self.method = method
        self.version = version
        self.result = result
        self.reason = reason
        self.properties = properties
    }

    /// The value of the first property of a type and name, such as `smtp` and `mailfrom`; nil if there is none.
    package subscript(_ type: String, _ name: String) -> String? {
        properties.first { $0.type == type && $0.name == name }?.value
    }

    /// The result as header fields have it, on one line and without what does not belong there.
    package var text: String { MethodResult.text(of: [self]) }

    /// Several results on one line, with semicolons between them.
    package static func text(of results: [MethodResult]) -> String { ResultWriter.line { $0.write(results) } }
}

/// One thing that a method looked at, such as `smtp.mailfrom=example.com` (RFC 8601, section 2.3).
package struct ResultProperty: Sendable, Hashable {
    /// Where it comes from: `smtp`, `header`, `body`, `policy` or another word.
    package var type: String
    /// Its name there.
    package var name: String
    /// Its value, unquoted.
    package var value: String

    /// A property of these parts; type and name must be words of letters, digits and hyphens.
    package init(_ type: String, _ name: String, _ value: String) {
        self.type = type
        self.name = name
        self.value = value
    }
}
