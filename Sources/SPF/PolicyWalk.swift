import Resolver

/// One walk through a domain's policy: asks the DNS, counts the cost, and records a clean copy for libspf2.
///
/// The walk has to know whether each term matches, as nothing after a match may be looked up or counted
/// (RFC 7208, section 4.6). Its own verdict is compared with libspf2's.
struct PolicyWalk {
    /// Where a walk ended.
    struct Verdict: Equatable {
        let result: SPFResult
        /// What decided, as it was written; nil where no directive matched.
        let mechanism: String?
        /// The domain of the record that decided.
        let domain: String
        /// The record's `exp` modifier.
        let explanation: MacroString?
    }

    let resolver: any DNSResolving
    let records: Remembered<OctetKey, Record>
    let identity: Identity
    var expansion: MacroExpansion
    var limits: LookupLimits
    var bundle: PolicyBundle
    /// The client's names from the reverse DNS, once asked for.
    var pointers: PointerNames?
    /// Until when another walk for the same client and domain would end the same way; nil if nobody can say.
    private(set) var expiry: ContinuousClock.Instant?

    /// A walk for an identity; of what is remembered nothing is older than a check may be.
    init(
        _ identity: Identity, _ expansion: MacroExpansion, resolver: any DNSResolving,
        records: Remembered<OctetKey, Record>
    ) {
        self.resolver = resolver
        self.records = records
        self.identity = identity
        self.expansion = expansion
        let start = ContinuousClock.now
        limits = LookupLimits(start: start)
        bundle = PolicyBundle(client: identity.client)
        expiry = start + Self.longestExpiry
    }

    /// For how long an outcome is remembered at most, such as one that needed no question.
    private static let longestExpiry: Duration = .seconds(86_400)

    /// Evaluates the policy of the identity's domain.
    mutating func run() async throws(Interruption) -> Verdict {
        let root = bundle.makeAlias("d")
        return try await checkHost(identity.domain, alias: root)
    }

    /// The function of RFC 7208, section 4, for one domain whose clean record goes under `alias`.
    private mutating func checkHost(_ domain: String, alias: String) async throws(Interruption) -> Verdict {
        let record = try await policy(of: domain)
        var clean = CleanRecord()
        for directive in record.directives {
            let match = try await evaluate(directive, in: domain)
            clean.append(match.term(directive))
            guard match.isMatch else { continue }
            bundle.add(clean, at: alias)
            return Verdict(
                result: directive.qualifier.result, mechanism: directive.source, domain: domain,
                explanation: record.explanation)
        }
        guard let redirect = record.redirect else {
            bundle.add(clean, at: alias)
            return Verdict(result: .neutral, mechanism: nil, domain: domain, explanation: nil)
        }
        return try await follow(redirect, from: domain, alias: alias, clean: clean)
    }

    /// RFC 7208, section 6.1: the target's policy in place of this one.
    private mutating func follow(
        _ redirect: MacroString, from domain: String, alias: String, clean: CleanRecord
    ) async throws(Interruption) -> Verdict {
        try limits.countTerm()
        let target = await name(redirect, in: domain)
        let targetAlias = bundle.makeAlias("d")
        var clean = clean
        clean.redirect = targetAlias
        bundle.add(clean, at: alias)
        bundle.enter()
        do {
            let verdict = try await checkHost(target, alias: targetAlias)
            bundle.leave()
            return verdict
        } catch {
            throw error.asPermanent("redirect to \(target)")
        }
    }

    private mutating func policy(of domain: String) async throws(Interruption) -> Record {
        guard let name = queryName(domain) else { throw .noPolicy("\(domain) is no name that the DNS can hold") }
        let records: [DNSRecord]
        switch try await ask(name, .txt) {
        case .records(let found): records = found
        case .noData, .noSuchName: throw .noPolicy("\(domain) has no text records")
        case .temporaryFailure(let reason), .malformed(let reason):
            throw .temporary("text records of \(domain): \(reason)")
        }
        let texts = records.compactMap(\.text)
        let policies = texts.filter(RecordParser.isPolicy)
        guard let policy = policies.first else { throw .noPolicy("\(domain) has no SPF record") }
        guard policies.count == 1 else { throw .permanent("\(domain) has \(policies.count) SPF records") }
        if let known = self.records[octets: policy] { return known }
        do {
            let record = try RecordParser.parse(policy)
            self.records[octets: policy] = record
            return record
        } catch {
            throw .permanent("SPF record of \(domain): \(error.reason)")
        }
    }

    /// Evaluates an `include` (RFC 7208, section 5.2).
    mutating func evaluateInclude(_ target: String) async throws(Interruption) -> Match {
        let alias = bundle.makeAlias("d")
        bundle.enter()
        defer { bundle.leave() }
        do {
            let verdict = try await checkHost(target, alias: alias)
            return Match(isMatch: verdict.result == .pass, cleanTerm: "include:\(alias)")
        } catch {
            throw error.asPermanent("include of \(target)")
        }
    }

    /// Asks the DNS, unless the time is up.
    mutating func ask(_ name: DomainName, _ type: RecordType) async throws(Interruption) -> DNSAnswer {
        try checkTime()
        let (answer, answerExpiry) = await resolver.queryWithExpiry(name.text, type)
        expiry = expiry.flatMap { earliest in answerExpiry.map { min($0, earliest) } }
        return answer
    }

    /// Ends what has lasted too long; another walk may have the time for it.
    mutating func checkTime() throws(Interruption) {
        do { try limits.checkTime(.now) } catch {
            expiry = nil
            throw error
        }
    }

    /// A name that can be asked for; RFC 8616, section 4 lets names that are not ASCII match nothing.
    func queryName(_ name: String) -> DomainName? {
        guard name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return DomainName(name)
    }

    /// Expands a name, with the client's validated name if that is asked for.
    mutating func name(_ string: MacroString, in domain: String) async -> String {
        await prepareExpansion(of: string, in: domain)
        return String(decoding: expansion.expandName(string), as: UTF8.self)
    }

    /// Sets the expansion's values that depend on the record at hand.
    mutating func prepareExpansion(of string: MacroString, in domain: String) async {
        expansion.domain = domain
        if !string.isCommon { expiry = nil }
        if string.needsValidatedName { expansion.validatedName = await validatedName(for: domain) }
    }
}
