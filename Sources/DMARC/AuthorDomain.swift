import Addressing
import InternationalDomains
import Resolver

/// Whose mail a message says it is: the domains of its From (RFC 7489, section 6.6.1).
package enum AuthorDomain: Sendable, Hashable {
    /// No From, or none with a domain.
    case none
    /// One mailbox.
    case one(String)
    /// Several mailboxes, with these domains, each once and in order.
    case several([String])
    /// Nobody can say, for a reason that the operator reads: readers may show an author who hides from us.
    case unclear(reason: String)

    /// The most different domains that are checked; of more, one is kept to tell that there are.
    package static let maximumDomains = 10

    /// Takes the domains of all mailboxes of From as they are written.
    ///
    /// Address literals and mailboxes without a domain have no policy and are left out. With a domain that is none the
    /// author is unclear: what readers make of it may be one.
    package init(_ domains: [String]) {
        // Nearly all mail has one.
        if domains.count == 1 {
            self = AuthorDomain.author(at: domains[0])
            return
        }
        var known: [String] = []
        for domain in domains where known.count <= AuthorDomain.maximumDomains {
            switch AuthorDomain.author(at: domain) {
            case .one(let name): if !known.contains(name) { known.append(name) }
            case .none, .several: continue
            case .unclear(let reason):
                self = .unclear(reason: reason)
                return
            }
        }
        self = known.isEmpty ? .none : .several(known)
    }

    /// Whose mail a mailbox at a domain says it is.
    private static func author(at domain: String) -> AuthorDomain {
        if domain.isEmpty || isLiteral(domain) { return .none }
        guard let name = name(domain) else { return .unclear(reason: "From has a domain that cannot be one") }
        return .one(name)
    }

    /// The domains to check.
    package var domains: [String] {
        switch self {
        case .none, .unclear: []
        case .one(let domain): [domain]
        case .several(let domains): domains
        }
    }

    /// How many domains there are to check.
    package var count: Int {
        switch self {
        case .none, .unclear: 0
        case .one: 1
        case .several(let domains): domains.count
        }
    }

    /// The domains for the operator's log: as many as are checked, with spaces between them.
    package var summary: String {
        let shown = domains.prefix(AuthorDomain.maximumDomains).map { String($0.prefix(DomainName.maximumLength)) }
        return (shown + (domains.count > shown.count ? ["and more"] : [])).joined(separator: " ")
    }

    private static func isLiteral(_ domain: String) -> Bool {
        guard domain.utf8.first == UInt8(ascii: "["), domain.utf8.last == UInt8(ascii: "]") else { return false }
        return AddressLiteral(content: String(domain.dropFirst().dropLast())) != nil
    }

    /// The name in lower case and A-labels; nothing for what has other labels than those of letters, digits, hyphens and
    /// underscores.
    private static func name(_ domain: String) -> String? {
        let trimmed = domain.utf8.last == UInt8(ascii: ".") ? String(domain.dropLast()) : domain
        guard let name = DomainEncoding.ascii(trimmed) else { return nil }
        var previous = UInt8(ascii: ".")
        for octet in name.utf8 {
            switch octet {
            case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): break
            case UInt8(ascii: ".") where previous != octet: break
            default: return nil
            }
            previous = octet
        }
        return previous == UInt8(ascii: ".") ? nil : name
    }
}
