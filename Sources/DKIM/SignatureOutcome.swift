/// What became of one signature, or of several that nobody has looked at.
package struct SignatureOutcome: Sendable, Hashable {
    /// The result.
    package var result: DKIMResult
    /// Why it is not a pass, for the operator; empty for one.
    package var reason: String
    /// The signer, in lower case; empty if the field does not say.
    package var domain = ""
    /// The key's selector; empty if the field does not say.
    package var selector = ""
    /// The algorithm as the field has it; empty if it does not say.
    package var algorithm = ""
    /// For whom the domain signs.
    package var identity = ""
    /// The first eight characters of the signature, which tell it from others (RFC 6008).
    package var mark = ""
    /// How many signatures it is the outcome of: none where nobody knows whether there are any.
    package var count = 1

    /// An outcome that says nothing of the signature itself.
    package init(_ result: DKIMResult, _ reason: String, of count: Int = 1) {
        self.result = result
        self.reason = reason
        self.count = count
    }

    /// An outcome with what a field says about itself, whether it is right or not; words of strangers only where they are
    /// harmless.
    ///
    /// The domain is the one that the signature was found to have, or else what the field says.
    init(_ result: DKIMResult, _ reason: String, describing tags: TagList, domain: String?) {
        self.init(result, reason)
        self.domain = domain ?? Self.harmless(tags.value("d"), limit: 253).lowercased()
        selector = Self.harmless(tags.value("s"), limit: 253)
        algorithm = Self.harmless(tags.value("a"), limit: 32).lowercased()
        identity = Self.harmless(tags.value("i"), limit: 320)
        mark = Self.harmless(tags.compactText("b", first: 8)?.utf8, limit: 8)
    }

    private static func harmless(_ text: (some Collection<UInt8>)?, limit: Int) -> String {
        guard let text, text.count <= limit, text.allSatisfy(isHarmless) else { return "" }
        return String(decoding: text, as: UTF8.self)
    }

    /// Letters, digits, and `+-./=@_`.
    private static func isHarmless(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x2B, 0x2D...0x39, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}
