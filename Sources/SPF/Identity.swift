package import Resolver

/// Who is checked: the sender and the client (RFC 7208, sections 2.4 and 4.1).
package struct Identity: Sendable, Equatable {
    /// Which of the client's claims the sender comes from.
    package enum Kind: String, Sendable {
        /// The reverse-path.
        case mailFrom = "mailfrom"
        /// The name given with HELO, where the reverse-path is null.
        case helo
    }

    /// Where the sender comes from.
    package let kind: Kind
    /// The local part; `postmaster` where there is none (section 4.3).
    package let localPart: String
    /// The domain whose policy is asked for.
    package let domain: String
    /// The name given with HELO.
    package let helo: String
    /// The client, as IPv4 where it is mapped into IPv6 (section 5).
    package let client: IPAddress

    /// Reads a request; nil where the client's address is none.
    package init?(_ request: SPFRequest) {
        guard let address = IPAddress(request.clientAddress) else { return nil }
        client = address.unmapped
        helo = request.helo
        kind = request.reversePath.isEmpty ? .helo : .mailFrom
        localPart = request.localPart
        domain = request.domain
    }

    /// Whether a policy can be asked for: a name of several labels, each of which fits the DNS (section 4.3).
    package var hasCheckableDomain: Bool {
        guard let name = DomainName(domain), name.text.utf8.contains(UInt8(ascii: ".")) else { return false }
        return name.text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !domain.hasPrefix("[")
    }
}
