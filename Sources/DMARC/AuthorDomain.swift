import InternationalDomains

/// Whose mail a message says it is: the domains of its From (RFC 7489, section 6.6.1).
package enum AuthorDomain: Sendable, Hashable {
    /// No From, or none with a domain.
    case none
    /// One mailbox.
    case one(String)
    /// Several mailboxes, with these domains, each once and in order.
    case several([String])
    /// Nobody knows: the header has more than is read, and From, or another From, may stand there.
    case unread

    /// The most different domains that are checked; of more, one is kept to tell that there are.
    package static let maximumDomains = 10

    /// Takes the domains of all mailboxes of From, in lower case and A-labels.
    package init(_ domains: [String]) {
        var known: [String] = []
        for domain in domains where known.count <= AuthorDomain.maximumDomains {
            guard let name = AuthorDomain.name(domain), !known.contains(name) else { continue }
            known.append(name)
        }
        if let first = known.first { self = domains.count == 1 ? .one(first) : .several(known) } else { self = .none }
    }

    /// The domains to check.
    package var domains: [String] {
        switch self {
        case .none, .unread: []
        case .one(let domain): [domain]
        case .several(let domains): domains
        }
    }

    /// Nothing for address literals, which have no policy, and for what cannot be asked for.
    private static func name(_ domain: String) -> String? {
        let trimmed = domain.hasSuffix(".") ? String(domain.dropLast()) : domain
        guard let name = DomainEncoding.ascii(trimmed), !name.isEmpty, !name.hasPrefix("["),
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        return name
    }
}
