import AuthenticationResults

/// What the first station of a forwarded message found, for those who trust its forwarders (RFC 8617, section 7.2.1).
///
/// Good only for a message whose ARC chain verified: then the results are as that station wrote them.
package enum ForwardedPass {
    /// Whether the first station's results, as its `ARC-Authentication-Results` has them behind the instance, say that
    /// DMARC passed for the author's domain.
    package static func isShown(by results: String, author domain: String) -> Bool {
        guard let field = ResultsField(parsing: results.utf8) else { return false }
        return field.results.contains { result in
            result.method == "dmarc" && result.result == "pass" && result["header", "from"]?.lowercased() == domain
        }
    }
}
