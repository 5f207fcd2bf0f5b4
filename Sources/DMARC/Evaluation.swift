/// What is known of a message when its policy is applied: the identifiers that passed (RFC 7489, section 4.1).
package struct Identifiers: Sendable, Hashable {
    /// A domain with a signature that verified.
    package struct Signature: Sendable, Hashable {
        /// The signing domain (tag `d`).
        package let domain: String
        /// How many octets of the body the signature leaves out (tag `l` of DKIM).
        package let uncovered: Int

        /// A signing domain.
        package init(domain: String, uncovered: Int = 0) {
            self.domain = domain
            self.uncovered = uncovered
        }
    }

    /// The signing domains of the signatures that verified.
    package var signatures: [Signature]
    /// The domain for which SPF passed; nil if it did not.
    package var spf: String?
    /// The signing domains of signatures that could not be checked for now.
    package var undecidedSignatures: [String]
    /// The domain for which SPF could not be checked for now; nil if it could.
    package var undecidedSPF: String?

    /// Identifiers that passed, and those that might have.
    package init(
        signatures: [Signature] = [], spf: String? = nil, undecidedSignatures: [String] = [],
        undecidedSPF: String? = nil
    ) {
        self.signatures = signatures
        self.spf = spf
        self.undecidedSignatures = undecidedSignatures
        self.undecidedSPF = undecidedSPF
    }
}

/// The outcome of DMARC for one author domain.
package struct Evaluation: Sendable {
    /// The words of RFC 7489, section 11.2.
    package enum Result: String, Sendable, Hashable, CaseIterable {
        case none, pass, fail, temperror, permerror

        /// How sure one may be of an author with this result, beside others for whom as much is asked.
        ///
        /// What the DNS did not tell may be any policy, and so counts for less than a fail whose owner asks for nothing.
        var certainty: Int {
            switch self {
            case .temperror: 0
            case .fail: 1
            case .permerror: 2
            case .none: 3
            case .pass: 4
            }
        }
    }

    /// The result.
    package let result: Result
    /// The author domain.
    package let domain: String
    /// The policy that applies, where there is one.
    package internal(set) var policy: PolicyDiscovery.Policy?
    /// The signing domain that agrees with the author's.
    package internal(set) var signature: String?
    /// The domain of SPF that agrees with the author's.
    package internal(set) var spf: String?
    /// The most octets that a signature of the author's organization left out, aligned or not.
    package internal(set) var uncovered = 0
    /// Why, where there is no policy to name.
    package internal(set) var reason = ""

    /// The text of ``report(disposition:arc:)`` where nothing is to be done, if it was made for all mail with this outcome.
    var usualReport: String?

    /// Whether an author may be another one than those that were looked at.
    package internal(set) var isUnattributable = false

    /// What the owner asks to be done with this message, before `pct`: nothing unless it failed.
    ///
    /// A message that nobody can attribute is to be refused: an owner who asks for that may hide there, and honest mail has a
    /// From that follows the grammar, a few authors and some hundred fields.
    package var request: PolicyRecord.Request {
        if isUnattributable { return .reject }
        return result == .fail ? policy?.request ?? .none : .none
    }

    init(_ result: Result, domain: String, reason: String = "") {
        self.result = result
        self.domain = domain
        self.reason = reason
    }

    /// The outcome for the mail of an author that does not fail, or could not, with its report: all that a search decides.
    init(unlessItFails finding: PolicyDiscovery.Finding, author domain: String) {
        switch finding {
        case .policy(let found):
            self.init(.pass, domain: domain)
            policy = found
        case .none: self.init(.none, domain: domain, reason: "no policy")
        case .temporary(let reason): self.init(.temperror, domain: domain, reason: reason)
        case .unusable(let reason): self.init(.permerror, domain: domain, reason: "unusable policy: \(reason)")
        }
        usualReport = reportText(disposition: .none)
    }

    /// The outcome while something that it depends on cannot be checked for now.
    package func undecided(for what: String) -> Evaluation {
        var evaluation = Evaluation(.temperror, domain: domain, reason: "\(what) not checked for now")
        evaluation.policy = policy
        return evaluation
    }

    /// The outcome for a message whose authors are not known, or not all of them.
    static func unattributable(domain: String = "", reason: String) -> Evaluation {
        var evaluation = Evaluation(.permerror, domain: domain, reason: reason)
        evaluation.isUnattributable = true
        return evaluation
    }

    /// What is asked for a message that drew a number from 0 to 99 (section 6.6.4): `pct` in a hundred get it all.
    package func disposition(draw: Int) -> PolicyRecord.Request {
        draw < (policy?.record.percent ?? 100) ? request : request.milder
    }

    /// A few words for header fields and logs: the policy, where it stands, and what else was found.
    ///
    /// `arc` is the result of ARC where it has a say.
    package func comment(arc: String? = nil) -> String {
        var words = ""
        func add(_ name: String, _ value: String) {
            if !words.isEmpty { words += " " }
            words += name
            words += value
        }
        if let policy { add("", policy.summary) }
        if !reason.isEmpty { add("", reason) }
        if let arc { add("arc=", arc) }
        return words
    }
}
