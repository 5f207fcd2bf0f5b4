package import AuthenticationResults

extension SignatureOutcome {
    /// The outcome in the words of Authentication-Results (RFC 8601, section 2.7.1; RFC 6008 for `header.b`).
    package var methodResult: MethodResult {
        let properties = [("d", domain), ("i", identity), ("s", selector), ("a", algorithm), ("b", mark)]
        return MethodResult(
            "dkim", result.rawValue, reason: result == .pass ? "" : reason,
            properties: properties.filter { !$0.1.isEmpty }.map { ResultProperty("header", $0.0, $0.1) })
    }
}
