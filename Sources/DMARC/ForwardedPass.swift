import AuthenticationResults

/// What the first station of a forwarded message found, for those who trust its forwarders (RFC 8617, section 7.2.1).
///
/// Good only for a message whose ARC chain verified: then the field is as that station wrote it.
package enum ForwardedPass {
    /// The most fields that are looked at: a chain has at most 50 (RFC 8617, section 5.2).
    private static let maximumFields = 50

    /// Whether the first `ARC-Authentication-Results` says that DMARC passed for the author's domain.
    package static func isShown(by fields: [[UInt8]], author domain: String) -> Bool {
        for field in fields.prefix(maximumFields) {
            guard let end = field.firstIndex(of: UInt8(ascii: ";")) else { continue }
            let instance = field[..<end].filter { $0 > 0x20 }
            guard instance.elementsEqual("i=1".utf8) else { continue }
            guard let results = ResultsField(parsing: field[(end + 1)...]) else { return false }
            return results.results.contains { result in
                result.method == "dmarc" && result.result == "pass"
                    && result["header", "from"]?.lowercased() == domain
            }
        }
        return false
    }
}
