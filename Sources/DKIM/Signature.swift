import InternationalDomains
package import Resolver

/// A parsed DKIM-Signature field, or an ARC-Message-Signature, which is nearly the same (RFC 8617, section 4.1.2).
///
/// Never changed, and shared by those who hold it.
package final class Signature: Sendable {
    /// Which of both it is.
    package enum Kind: Sendable {
        case dkim, arc
    }

    /// How it was made.
    package let algorithm: SignatureAlgorithm
    /// The signature itself.
    package let octets: [UInt8]
    /// The SHA-256 of the body.
    package let bodyHash: [UInt8]
    /// The form of the header that was signed.
    package let headerForm: Canonicalization
    /// Which octets of the body were hashed, in which form.
    package let body: BodyHashRequest
    /// Who signs, in lower case.
    package let domain: DomainName
    /// Which of the signer's keys was used.
    package let selector: String
    /// The names of the signed fields in lower case, in their order.
    package let headers: FieldNames
    /// The domain of those for whom the domain signs.
    package let identityDomain: DomainName
    /// When it was made, in seconds since 1970.
    package let time: Int64?
    /// When it expires, in seconds since 1970.
    package let expiry: Int64?
    /// Where the value of the tag `b` stands, with the white space around it.
    package let hole: Range<Int>

    /// The most names of signed fields; real signatures have fewer than 100.
    package static let maximumHeaders = 1_000

    /// Reads the tags of a signature (RFC 6376, sections 3.5 and 6.1.1).
    ///
    /// - Throws: ``Rejection`` for what is malformed, missing or not acceptable.
    package init(_ tags: TagList, kind: Kind) throws(Rejection) {
        if kind == .dkim {
            guard let version = tags.value("v") else { throw Rejection(.neutral, "tag v is missing") }
            guard version.isText("1") else { throw Rejection(.neutral, "version is not 1") }
        }
        algorithm = try SignatureAlgorithm.read(tags)
        octets = try tags.base64("b")
        bodyHash = try tags.base64("bh")
        let forms = try Canonicalization.pair(tags)
        headerForm = forms.header
        body = BodyHashRequest(forms.body, length: kind == .dkim ? try tags.number("l") : nil)
        domain = try Self.domain(tags)
        selector = try Self.selector(tags, domain: domain)
        headers = try Self.headers(tags, kind: kind)
        identityDomain = kind == .dkim ? try Self.identityDomain(tags, domain: domain) : domain
        if kind == .dkim, let methods = tags.list("q"), !methods.contains("dns/txt") {
            throw Rejection(.neutral, "no way of tag q to look up the key is known")
        }
        time = try tags.number("t")
        expiry = kind == .dkim ? try tags.number("x") : nil
        if let time, let expiry, expiry <= time {
            throw Rejection(.neutral, "signature expires before it was made")
        }
        hole = tags["b"]?.rawValue ?? 0..<0
    }

    /// The domain of the tag `d`, which may have U-labels (RFC 8616, section 5), with A-labels.
    package static func domain(_ tags: TagList) throws(Rejection) -> DomainName {
        guard let text = tags.text("d") else { throw Rejection(.neutral, "tag d is missing") }
        guard let name = name(text) else { throw Rejection(.neutral, "tag d is not a domain") }
        return name
    }

    /// The selector of the tag `s`, in lower case and with A-labels.
    package static func selector(_ tags: TagList, domain: DomainName) throws(Rejection) -> String {
        guard let text = tags.text("s") else { throw Rejection(.neutral, "tag s is missing") }
        guard let name = selector(text, domain: domain) else { throw Rejection(.neutral, "tag s is not a selector") }
        return name
    }

    /// A selector in lower case and with A-labels; `nil` if it is no name, or the name of the key's record is too long.
    static func selector(_ text: String, domain: DomainName) -> String? {
        guard let name = name(text),
            name.text.utf8.count + keySuffix.utf8.count + domain.text.utf8.count <= DomainName.maximumLength
        else { return nil }
        return name.text
    }

    /// A name of letters, digits, hyphens and underscores, with A-labels in the place of U-labels.
    static func name(_ text: String) -> DomainName? {
        guard text.utf8.last != UInt8(ascii: "."), let ascii = DomainEncoding.ascii(text),
            ascii.utf8.allSatisfy(isNameOctet)
        else { return nil }
        return DomainName(ascii)
    }

    /// The name of the key's record (RFC 6376, section 3.6.2.1).
    package static func keyName(selector: String, domain: String) -> String {
        selector + keySuffix + domain
    }

    private static let keySuffix = "._domainkey."

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        octet.isLetter || octet.isDigit || octet == UInt8(ascii: "-") || octet == UInt8(ascii: ".")
            || octet == UInt8(ascii: "_")
    }

    private static func headers(_ tags: TagList, kind: Kind) throws(Rejection) -> FieldNames {
        guard let list = tags.value("h") else { throw Rejection(.neutral, "tag h is missing") }
        let names = FieldNames(list)
        guard names.count <= maximumHeaders else {
            throw Rejection(.neutral, "tag h has more than \(maximumHeaders) names")
        }
        guard !names.contains("") else { throw Rejection(.neutral, "tag h has an empty name") }
        switch kind {
        case .dkim:
            // RFC 6376, section 6.1.1.
            guard names.contains("from") else { throw Rejection(.permerror, "From is not signed") }
        case .arc:
            // RFC 8617, section 4.1.2.
            guard !names.contains("arc-seal") else { throw Rejection(.permerror, "ARC-Seal is signed") }
        }
        return names
    }

    /// RFC 6376, section 3.5: the domain of `i` is that of `d`, which it is by default, or below it.
    private static func identityDomain(_ tags: TagList, domain: DomainName) throws(Rejection) -> DomainName {
        guard let identity = tags.value("i") else { return domain }
        guard let at = identity.lastIndex(of: UInt8(ascii: "@")) else {
            throw Rejection(.neutral, "tag i is not an address")
        }
        let written = identity[(at + 1)...]
        // Most signatures are for the domain as it stands in the tag d.
        if written.elementsEqual(domain.text.utf8) { return domain }
        guard let ascii = DomainEncoding.ascii(String(decoding: written, as: UTF8.self)), let own = DomainName(ascii)
        else { throw Rejection(.neutral, "tag i is not an address") }
        guard own.isWithin(domain) else { throw Rejection(.permerror, "tag i is not within tag d") }
        return own
    }

    /// What names the key.
    package var query: KeyQuery { KeyQuery(selector: selector, domain: domain, algorithm: algorithm) }

    /// Whether the time of the tag `x` has come.
    package func isExpired(at now: Int64) -> Bool { expiry.map { $0 <= now } ?? false }
}
