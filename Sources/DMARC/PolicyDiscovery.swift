package import PublicSuffixes
package import Resolver

/// Finds the policy that applies to a domain (RFC 7489, section 6.6.3).
package struct PolicyDiscovery: Sendable {
    /// A policy and where it stands.
    package struct Policy: Sendable, Hashable {
        /// What it says.
        package let record: PolicyRecord
        /// The name under whose `_dmarc` it was found.
        package let domain: String
        /// Whether it was found at the organizational domain of another name.
        package let isInherited: Bool

        /// What is asked for mail of the domain that was looked up.
        package var request: PolicyRecord.Request { isInherited ? record.policyBelow : record.policy }
    }

    /// What came of a search.
    package enum Finding: Sendable, Hashable {
        case policy(Policy)
        /// There is none, or several at one name, which count as none.
        case none
        /// The DNS did not answer.
        case temporary(String)
        /// There is one that cannot be followed.
        case unusable(String)
    }

    private let resolver: any DNSResolving
    private let suffixes: @Sendable () -> PublicSuffixList

    /// A search with a resolver and the list as it is at each search.
    package init(resolver: any DNSResolving, suffixes: @escaping @Sendable () -> PublicSuffixList) {
        self.resolver = resolver
        self.suffixes = suffixes
    }

    /// The organizational domain of a name; the name itself where it has none, such as a public suffix.
    package func organizationalDomain(of domain: String) -> String {
        suffixes().organizationalDomain(of: domain) ?? domain
    }

    /// Searches at the domain, then at its organizational domain: two questions at most.
    package func find(_ domain: String) async -> Finding {
        let own = await look(domain, isInherited: false)
        let organization = organizationalDomain(of: domain)
        guard own == .none, organization != domain else { return own }
        return await look(organization, isInherited: true)
    }

    private func look(_ domain: String, isInherited: Bool) async -> Finding {
        switch await resolver.query("_dmarc." + domain, .txt) {
        case .noData, .noSuchName: return .none
        case .temporaryFailure(let reason): return .temporary(reason)
        // A name too long to be asked for has no policy; other malformed answers may be better later.
        case .malformed(let reason): return DomainName("_dmarc." + domain) == nil ? .none : .temporary(reason)
        case .records(let records):
            let texts = records.compactMap { record -> [UInt8]? in
                guard case .txt(let strings) = record else { return nil }
                let text = Array(strings.joined())
                return PolicyRecord.isRecord(text) ? text : nil
            }
            guard let text = texts.first, texts.count == 1 else {
                return texts.isEmpty ? .none : .unusable("there are \(texts.count) records")
            }
            do {
                return .policy(
                    Policy(record: try PolicyRecord(parsing: text), domain: domain, isInherited: isInherited))
            } catch {
                return .unusable(error.reason)
            }
        }
    }
}
