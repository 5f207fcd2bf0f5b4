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
    /// Records by their octets, as they are read; about a kilobyte each.
    private let records = Remembered<OctetKey, Reading>(capacity: 4_096)

    /// What a text record is.
    private enum Reading: Sendable {
        case other
        case record(PolicyRecord)
        case unusable(String)
    }

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
        await find(domain, of: organizationalDomain(of: domain))
    }

    /// The same where the organizational domain is known.
    func find(_ domain: String, of organization: String) async -> Finding {
        let own = await look(domain, isInherited: false)
        guard own == .none, organization != domain else { return own }
        return await look(organization, isInherited: true)
    }

    private func look(_ domain: String, isInherited: Bool) async -> Finding {
        finding(in: await resolver.query("_dmarc." + domain, .txt), at: domain, isInherited: isInherited)
    }

    private func finding(in answer: DNSAnswer, at domain: String, isInherited: Bool) -> Finding {
        switch answer {
        case .noData, .noSuchName: return .none
        case .temporaryFailure(let reason): return .temporary(reason)
        // A name too long to be asked for has no policy; other malformed answers may be better later.
        case .malformed(let reason): return DomainName("_dmarc." + domain) == nil ? .none : .temporary(reason)
        case .records(let records):
            var readings: [Reading] = []
            for record in records {
                guard let reading = record.text.map(read) else { continue }
                if case .other = reading { continue }
                readings.append(reading)
            }
            guard readings.count < 2 else { return .unusable("there are \(readings.count) records") }
            switch readings.first {
            case .record(let record):
                return .policy(Policy(record: record, domain: domain, isInherited: isInherited))
            case .unusable(let reason): return .unusable(reason)
            case .other, nil: return .none
            }
        }
    }

    private func read(_ text: [UInt8]) -> Reading {
        if let known = records[octets: text] { return known }
        let reading = Self.read(anew: text)
        records[octets: text] = reading
        return reading
    }

    private static func read(anew text: [UInt8]) -> Reading {
        guard PolicyRecord.isRecord(text) else { return .other }
        do throws(PolicyRecord.Unusable) {
            return .record(try PolicyRecord(parsing: text))
        } catch {
            return .unusable(error.reason)
        }
    }
}
