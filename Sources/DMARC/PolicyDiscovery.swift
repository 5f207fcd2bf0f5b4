package import PublicSuffixes
package import Resolver

/// Finds the policy that applies to a domain (RFC 7489, section 6.6.3).
package struct PolicyDiscovery: Sendable {
    /// A policy and where it stands: one value for all mail to which it applies.
    package final class Policy: Sendable {
        /// What it says.
        package let record: PolicyRecord
        /// The name under whose `_dmarc` it was found.
        package let domain: String
        /// Whether it was found at the organizational domain of another name.
        package let isInherited: Bool
        /// A few words for header fields and logs.
        let summary: String
        /// What each row for a report says of it.
        let members: [UInt8]

        init(_ record: PolicyRecord, domain: String, isInherited: Bool) {
            self.record = record
            self.domain = domain
            self.isInherited = isInherited
            var words = "p=\(record.policy.rawValue)"
            if let below = record.subdomainPolicy { words += " sp=\(below.rawValue)" }
            if record.percent < 100 { words += " pct=\(record.percent)" }
            summary = words + " d=\(domain)"
            members = ReportRow.members(of: record, at: domain)
        }

        /// What is asked for mail of the domain that was looked up.
        package var request: PolicyRecord.Request { isInherited ? record.policyBelow : record.policy }
    }

    /// What came of a search.
    package enum Finding: Sendable {
        case policy(Policy)
        /// There is none, or several at one name, which count as none.
        case none
        /// The DNS did not answer.
        case temporary(String)
        /// There is one that cannot be followed.
        case unusable(String)
    }

    /// What is found out about the domain of an author: one value for all mail of the author.
    final class Outcome: Sendable {
        let finding: Finding
        /// The organizational domain.
        let organization: String
        /// What each mail comes to that does not fail, or could not.
        let usual: Evaluation

        init(_ finding: Finding, organization: String, author domain: String) {
            self.finding = finding
            self.organization = organization
            usual = Evaluation(unlessItFails: finding, author: domain)
        }

        /// How many octets the policy's record has, where there is one.
        var policyLength: Int {
            guard case .policy(let policy) = finding else { return 0 }
            return policy.record.text.utf8.count
        }
    }

    private struct Known: Sendable {
        let outcome: Outcome
        /// The number of the list, which is not kept here: entries may outlive many of them.
        let list: Int
        let expiry: ContinuousClock.Instant
    }

    private let resolver: any DNSResolving
    private let suffixes: @Sendable () -> PublicSuffixList
    /// Outcomes by domain, as long as the DNS says the same; about a kilobyte each.
    private let outcomes = Remembered<String, Known>(capacity: 4_096)

    private struct Organization: Sendable {
        let name: String
        /// The list's number.
        let list: Int
    }

    /// Organizational domains of names, as the list says; names are as long as the DNS can carry.
    private let organizations = Remembered<String, Organization>(capacity: 4_096)

    /// The longest record that is remembered; a longer one is rare, and read anew each time.
    private static let longestRemembered = 1_024

    /// A search with a resolver and the list as it is at each search.
    package init(resolver: any DNSResolving, suffixes: @escaping @Sendable () -> PublicSuffixList) {
        self.resolver = resolver
        self.suffixes = suffixes
    }

    /// The organizational domain of a name; the name itself where it has none, such as a public suffix.
    package func organizationalDomain(of domain: String) -> String {
        let list = suffixes()
        if let known = organizations[domain], known.list == list.number { return known.name }
        let name = list.organizationalDomain(of: domain) ?? domain
        organizations[domain] = Organization(name: name, list: list.number)
        return name
    }

    /// Searches at the domain, then at its organizational domain: two questions at most.
    package func find(_ domain: String) async -> Finding { await search(domain).finding }

    /// What is known of a domain before anybody is asked; nil if it is not known any more.
    func known(_ domain: String) -> Outcome? {
        guard let known = outcomes[domain], known.expiry > .now, known.list == suffixes().number else { return nil }
        return known.outcome
    }

    /// Asks the DNS about a domain, and remembers the outcome where the answers are remembered.
    func search(_ domain: String) async -> Outcome {
        let list = suffixes()
        let organization = list.organizationalDomain(of: domain) ?? domain
        var (finding, expiry) = await look(domain, isInherited: false)
        if case .none = finding, organization != domain {
            let inherited = await look(organization, isInherited: true)
            finding = inherited.finding
            expiry = expiry.flatMap { own in inherited.expiry.map { min(own, $0) } }
        }
        let outcome = Outcome(finding, organization: organization, author: domain)
        if let expiry, outcome.policyLength <= Self.longestRemembered {
            outcomes[domain] = Known(outcome: outcome, list: list.number, expiry: expiry)
        }
        return outcome
    }

    private func look(
        _ domain: String, isInherited: Bool
    ) async -> (finding: Finding, expiry: ContinuousClock.Instant?) {
        let (answer, expiry) = await resolver.queryWithExpiry("_dmarc." + domain, .txt)
        return (finding(in: answer, at: domain, isInherited: isInherited), expiry)
    }

    private func finding(in answer: DNSAnswer, at domain: String, isInherited: Bool) -> Finding {
        switch answer {
        case .noData, .noSuchName: return .none
        case .temporaryFailure(let reason): return .temporary("text records of _dmarc.\(domain): \(reason)")
        // A name too long to be asked for has no policy; other malformed answers may be better later.
        case .malformed(let reason): return DomainName("_dmarc." + domain) == nil ? .none : .temporary(reason)
        case .records(let records):
            let texts = records.compactMap(\.text).filter(PolicyRecord.isRecord)
            guard texts.count < 2 else { return .unusable("there are \(texts.count) records") }
            guard let text = texts.first else { return .none }
            do throws(PolicyRecord.Unusable) {
                let record = try PolicyRecord(parsing: text)
                return .policy(Policy(record, domain: domain, isInherited: isInherited))
            } catch {
                return .unusable(error.reason)
            }
        }
    }
}
