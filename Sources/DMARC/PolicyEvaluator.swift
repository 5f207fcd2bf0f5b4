import InternationalDomains
package import PublicSuffixes
package import Resolver

/// Applies DMARC policies (RFC 7489).
package struct PolicyEvaluator: Sendable {
    private let discovery: PolicyDiscovery

    /// An evaluator with a resolver and the Public Suffix List as it is at each evaluation.
    package init(resolver: any DNSResolving, suffixes: @escaping @Sendable () -> PublicSuffixList) {
        discovery = PolicyDiscovery(resolver: resolver, suffixes: suffixes)
    }

    /// The outcome for one author domain, in lower case and A-labels; asks the DNS twice at most.
    package func evaluate(author domain: String, _ identifiers: Identifiers) async -> Evaluation {
        if let known = discovery.known(domain) { return evaluate(known, author: domain, identifiers) }
        return evaluate(await discovery.search(domain), author: domain, identifiers)
    }

    /// The outcome for the author of a message, if it is one whose policy is known; `nil` where the DNS has to be asked.
    package func evaluateAtOnce(_ author: AuthorDomain, _ identifiers: Identifiers) -> Evaluation? {
        guard case .one(let domain) = author, let known = discovery.known(domain) else { return nil }
        return evaluate(known, author: domain, identifiers)
    }

    /// The outcome where the search for a policy has ended; asks nobody.
    private func evaluate(
        _ outcome: PolicyDiscovery.Outcome, author domain: String, _ identifiers: Identifiers
    ) -> Evaluation {
        var evaluation = outcome.usual
        guard let policy = evaluation.policy else { return evaluation }
        func isSameOrganization(_ name: String) -> Bool {
            // An organizational domain is its own.
            name == domain || name == outcome.organization
                || DomainEncoding.ascii(name).map { discovery.organizationalDomain(of: $0) } == outcome.organization
        }
        func isAligned(_ name: String, _ alignment: PolicyRecord.Alignment) -> Bool {
            isSameOrganization(name) && agrees(name, domain, alignment)
        }
        var (signature, uncovered): (String?, Int) = (nil, 0)
        for other in identifiers.signatures where isSameOrganization(other.domain) {
            uncovered = max(uncovered, other.uncovered)
            guard signature == nil, agrees(other.domain, domain, policy.record.dkimAlignment) else { continue }
            signature = other.domain
        }
        let spf = identifiers.spf.flatMap { isAligned($0, policy.record.spfAlignment) ? $0 : nil }
        if signature == nil, spf == nil {
            // RFC 7489, section 6.6.2: what could not be checked for now might pass, so nothing has failed yet.
            let undecided =
                identifiers.undecidedSignatures.first { isAligned($0, policy.record.dkimAlignment) }
                ?? identifiers.undecidedSPF.flatMap { isAligned($0, policy.record.spfAlignment) ? $0 : nil }
            evaluation = Evaluation(.fail, domain: domain)
            evaluation.policy = policy
            if let undecided { evaluation = evaluation.undecided(for: "SPF or DKIM of \(undecided)") }
        }
        evaluation.signature = signature
        evaluation.spf = spf
        evaluation.uncovered = uncovered
        return evaluation
    }

    /// The outcome for all domains of From: the strictest request of those that failed (RFC 7489, section 6.6.1, last
    /// paragraph).
    ///
    /// Where none asks for anything, the least certain counts, so that no author hides behind another: an error of the
    /// DNS, a fail, a policy of no use, a domain without one; it is a pass only if each domain passes. Where there are too
    /// many, or nobody can say who they are, nobody is the author.
    package func evaluate(_ author: AuthorDomain, _ identifiers: Identifiers) async -> Evaluation {
        if case .one(let domain) = author { return await evaluate(author: domain, identifiers) }
        let evaluations = await evaluateEach(author.domains.prefix(AuthorDomain.maximumDomains), identifiers)
        return worst(of: evaluations, author)
    }

    private func worst(of evaluations: [Evaluation], _ author: AuthorDomain) -> Evaluation {
        if case .unclear(let reason) = author { return .unattributable(reason: reason) }
        var worst: Evaluation?
        for next in evaluations {
            if let known = worst, !isWorse(next, than: known) { continue }
            worst = next
        }
        if let known = worst, known.request < .reject, author.count > AuthorDomain.maximumDomains {
            return .unattributable(
                domain: known.domain, reason: "From names more than \(AuthorDomain.maximumDomains) domains")
        }
        return worst ?? Evaluation(.none, domain: "", reason: "From names no domain")
    }

    /// The outcomes in the order of the domains, which are asked about at once: a silent DNS costs the time of one.
    private func evaluateEach(_ domains: ArraySlice<String>, _ identifiers: Identifiers) async -> [Evaluation] {
        await withTaskGroup(of: (Int, Evaluation).self) { group in
            for (place, domain) in domains.enumerated() {
                group.addTask { (place, await evaluate(author: domain, identifiers)) }
            }
            var evaluations: [(place: Int, evaluation: Evaluation)] = []
            for await evaluation in group { evaluations.append(evaluation) }
            return evaluations.sorted { $0.place < $1.place }.map(\.evaluation)
        }
    }

    private func isWorse(_ next: Evaluation, than known: Evaluation) -> Bool {
        if next.request != known.request { return next.request > known.request }
        return next.result.certainty < known.result.certainty
    }

    /// Whether a name of the author's organization agrees with the author's domain (section 3.1).
    private func agrees(_ name: String, _ domain: String, _ alignment: PolicyRecord.Alignment) -> Bool {
        alignment == .relaxed || DomainEncoding.ascii(name) == domain
    }
}
