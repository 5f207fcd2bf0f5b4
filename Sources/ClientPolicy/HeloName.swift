import Addressing
package import Resolver

/// What is to be thought of the name a client gives itself with HELO or EHLO (RFC 5321, sections 2.3.5 and 4.1.4).
package enum HeloName: String, Sendable, CaseIterable {
    /// A domain or address literal against which nothing can be said.
    case plausible
    /// Neither a domain nor an address literal.
    case malformed
    /// A name without a dot, which means nothing outside of the client's own network.
    case unqualified
    /// An address literal, but not of the client's address.
    case wrongLiteral = "wrong-literal"
    /// The name or address of this very server, or one of the domains whose mail comes here.
    case ours
    /// A name without a mail exchanger or an address in the DNS.
    case unknown

    /// The names and addresses that a client cannot have, since they are this server's.
    package struct Own: Sendable {
        let names: Set<String>

        /// The server's own names, in any letter case.
        package init(names: some Sequence<String>) {
            self.names = Set(names.map { $0.lowercased() })
        }
    }

    /// Judges a name by its form alone.
    package static func judge(_ name: String, from client: IPAddress, own: Own) -> HeloName {
        if name.hasPrefix("[") {
            guard name.hasSuffix("]"), let literal = AddressLiteral(content: String(name.dropFirst().dropLast())),
                let address = IPAddress(literal.address)
            else { return .malformed }
            return address.unmapped == client.unmapped ? .plausible : .wrongLiteral
        }
        guard IPAddress(name) == nil, Domain(name) != nil else { return .malformed }
        // A client on this machine may bear the machine's name.
        if own.names.contains(name.lowercased()), !client.isLoopback { return .ours }
        return name.utf8.contains(UInt8(ascii: ".")) ? .plausible : .unqualified
    }

    /// Asks the DNS about a name of plausible form; a failure there says nothing against the name.
    package static func resolve(_ name: String, using resolver: some DNSResolving) async -> HeloName {
        guard !name.hasPrefix("[") else { return .plausible }
        for type in [RecordType.a, .aaaa, .mx] {
            switch await resolver.query(name, type) {
            case .records, .temporaryFailure, .malformed: return .plausible
            case .noSuchName: return .unknown
            case .noData: continue
            }
        }
        return .unknown
    }
}
