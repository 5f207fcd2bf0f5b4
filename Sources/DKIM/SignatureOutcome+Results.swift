package import AuthenticationResults

extension SignatureOutcome {
    /// The outcome in the words of Authentication-Results (RFC 8601, section 2.7.1; RFC 6008 for `header.b`).
    package var methodResult: MethodResult {
        var properties: [ResultProperty] = []
        properties.reserveCapacity(5)
        func add(_ name: String, _ value: String) {
            if !value.isEmpty { properties.append(ResultProperty("header", name, value)) }
        }
        add("d", domain)
        add("i", identity)
        add("s", selector)
        add("a", algorithm)
        add("b", mark)
        return MethodResult("dkim", result.rawValue, reason: reason, properties: properties)
    }
}
