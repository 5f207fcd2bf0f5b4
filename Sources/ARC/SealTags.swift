package import DKIM
package import Resolver

/// The tags of an ARC-Seal (RFC 8617, section 4.1.3).
package struct SealTags: Sendable {
    /// How it was made.
    package let algorithm: SignatureAlgorithm
    /// The signature itself.
    package let octets: [UInt8]
    /// What the sealer found the chain before it to be.
    package let status: ARCResult
    /// Who seals.
    package let domain: DomainName
    /// Which of the sealer's keys was used.
    package let selector: String
    /// Where the value of the tag `b` stands in the field.
    package let hole: Range<Int>

    /// Reads the tags.
    ///
    /// - Throws: `Rejection` for what is malformed or missing.
    package init(_ tags: TagList) throws(Rejection) {
        algorithm = try SignatureAlgorithm.read(tags)
        octets = try tags.base64("b")
        guard let status = tags.text("cv").flatMap({ ARCResult(rawValue: $0.lowercased()) }) else {
            throw Rejection(.fail, "tag cv is not none, pass or fail")
        }
        self.status = status
        // RFC 8617, section 4.1.3: a seal that says what it signs must not count.
        guard tags["h"] == nil, tags["bh"] == nil else { throw Rejection(.fail, "seal has a tag h or bh") }
        domain = try Signature.domain(tags)
        selector = try Signature.selector(tags, domain: domain)
        _ = try tags.number("t")
        hole = tags["b"]?.rawValue ?? 0..<0
    }
}
