package import Resolver

/// A list of addresses that somebody publishes in the DNS (RFC 5782).
package struct BlockList: Sendable, Hashable {
    /// Whether an address is on the list.
    package enum Entry: Sendable, Equatable {
        /// It is, and these are the codes that the list gives it.
        case listed([IPAddress])
        /// It is not.
        case absent
        /// Nobody can tell now; the text says why.
        case unknown(reason: String)
    }

    /// The domain under which the addresses stand.
    package let zone: String
    /// The codes that count; none means all.
    package let codes: [AddressBlock]

    /// Answers outside of this block are not those of a list but of somebody who has taken its domain over
    /// (RFC 5782, section 2.1).
    private static let codeBlock = AddressBlock(.v4(0x7F00_0000), bits: 8)
    /// Codes with which lists tell the asker that it may not ask, such as through a public resolver; they say nothing
    /// about the address.
    private static let refusalBlock = AddressBlock(.v4(0x7FFF_FF00), bits: 24)

    /// A list of a domain.
    package init(zone: String, codes: [AddressBlock] = []) {
        self.zone = zone
        self.codes = codes
    }

    /// Looks an address up.
    package func entry(of address: IPAddress, using resolver: some DNSResolving) async -> Entry {
        switch await resolver.query(address.unmapped.reversedLabels + "." + zone, .a) {
        case .records(let records): return entry(from: records)
        case .noData, .noSuchName: return .absent
        case .temporaryFailure(let reason), .malformed(let reason): return .unknown(reason: reason)
        }
    }

    private func entry(from records: [DNSRecord]) -> Entry {
        var found: [IPAddress] = []
        for case .address(let code) in records {
            guard Self.codeBlock.contains(code) else { return .unknown(reason: "\(code) is no code of a list") }
            guard !Self.refusalBlock.contains(code) else {
                return .unknown(reason: "the list refuses to answer us, with \(code)")
            }
            if codes.isEmpty || codes.contains(where: { $0.contains(code) }) { found.append(code) }
        }
        return found.isEmpty ? .absent : .listed(found)
    }
}
