package import Resolver
import Synchronization

/// Checks whether a client may send mail for a domain (RFC 7208).
///
/// Our own code asks the DNS, parses every record, expands macros and counts the limits; libspf2 evaluates a clean copy
/// in a helper process. ``LibraryDifference`` lists where its word does not count.
package final class SPFChecker: Sendable {
    private let resolver: any DNSResolving
    private let worker: SPFWorkerPool
    private let time: @Sendable () -> Int64
    private let disagreementCount = Atomic(0)
    /// Records by their octets, as they are parsed; about a kilobyte each.
    private let records: Remembered<OctetKey, Record>
    /// What libspf2 said by what it was asked, which is all that it knows; about a kilobyte each.
    private let words: Remembered<OctetKey, SPFResult>
    /// Outcomes that depend on nothing else, as long as all that the DNS said for them holds; about half a kilobyte each.
    private let outcomes: Remembered<Subject, Known>

    /// What most policies look at: those that look at more are evaluated each time.
    private struct Subject: Hashable {
        let client: String
        let domain: String

        init(_ request: SPFRequest) {
            client = request.clientAddress
            domain = request.domain
        }
    }

    /// One value for all checks that come to it.
    private final class Known: Sendable {
        let outcome: SPFOutcome
        let expiry: ContinuousClock.Instant

        init(_ outcome: SPFOutcome, until expiry: ContinuousClock.Instant) {
            self.outcome = outcome
            self.expiry = expiry
        }
    }

    /// How many of each are remembered where nothing else is said.
    package static let memory = 8_192

    /// Checks with a resolver and helper processes; `time` gives the seconds since 1970 for explanations.
    ///
    /// `memory` is how many parsed records and results of libspf2 are remembered.
    package init(
        resolver: any DNSResolving, worker: SPFWorkerPool, memory: Int = memory,
        time: @escaping @Sendable () -> Int64 = SPFChecker.systemTime
    ) {
        records = Remembered(capacity: memory)
        words = Remembered(capacity: memory)
        outcomes = Remembered(capacity: memory)
        self.resolver = resolver
        self.worker = worker
        self.time = time
    }

    /// How often libspf2 came to another result than our walk through the same policy.
    package var disagreements: Int { disagreementCount.load(ordering: .relaxed) }

    /// Ends the helper processes: later checks end in `temperror`.
    ///
    /// May be called more than once.
    package func stop() async { await worker.stop() }

    /// Checks one client and sender; takes at most ``LookupLimits/maximumTime`` and one question more.
    package func check(_ request: SPFRequest) async -> SPFOutcome {
        let subject = Subject(request)
        switch prepare(request, of: subject) {
        case .known(let outcome): return outcome
        case .unknown(let identity): return await evaluate(identity, of: subject, receiver: request.receiver)
        }
    }

    /// The outcome for one client and sender, if it is remembered and still holds.
    package func known(_ request: SPFRequest) -> SPFOutcome? { known(Subject(request)) }

    private func known(_ subject: Subject) -> SPFOutcome? {
        outcomes[subject].flatMap { $0.expiry > .now ? $0.outcome : nil }
    }

    /// What is known of a check before anybody is asked.
    private enum Preparation {
        case known(SPFOutcome)
        case unknown(Identity)
    }

    private func prepare(_ request: SPFRequest, of subject: Subject) -> Preparation {
        if let known = known(subject) { return .known(known) }
        guard let identity = Identity(request.encoded) else {
            return .known(SPFOutcome(result: .none, domain: "", reason: "client address is not an IP address"))
        }
        guard identity.hasCheckableDomain else {
            return .known(
                SPFOutcome(
                    result: .none, domain: identity.domain, reason: "\(identity.kind.rawValue) names no full domain"))
        }
        return .unknown(identity)
    }

    private func evaluate(_ identity: Identity, of subject: Subject, receiver: String) async -> SPFOutcome {
        let expansion = MacroExpansion(
            identity: identity, receiver: receiver, time: time(), domain: identity.domain,
            validatedName: "unknown")
        var walk = PolicyWalk(identity, expansion, resolver: resolver, records: records)
        let outcome = await evaluate(&walk, identity)
        // What could not be done now may be done at any time.
        if let expiry = walk.expiry, outcome.result != .temperror {
            outcomes[subject] = Known(outcome, until: expiry)
        }
        return outcome
    }

    private func evaluate(_ walk: inout PolicyWalk, _ identity: Identity) async -> SPFOutcome {
        do {
            let verdict = try await walk.run()
            var outcome = await confirm(verdict, walk.bundle, identity)
            if outcome.result == .fail { outcome.explanation = await walk.explanation(of: verdict) }
            return outcome
        } catch {
            return SPFChecker.outcome(of: error, identity)
        }
    }

    private static func outcome(of interruption: Interruption, _ identity: Identity) -> SPFOutcome {
        switch interruption {
        case .noPolicy(let reason): SPFOutcome(result: .none, domain: identity.domain, reason: reason)
        case .permanent(let reason): SPFOutcome(result: .permerror, domain: identity.domain, reason: reason)
        case .temporary(let reason): SPFOutcome(result: .temperror, domain: identity.domain, reason: reason)
        }
    }

    /// Has libspf2 evaluate what the walk has gathered.
    private func confirm(
        _ verdict: PolicyWalk.Verdict, _ bundle: PolicyBundle, _ identity: Identity
    ) async -> SPFOutcome {
        var outcome = SPFOutcome(
            result: verdict.result, domain: identity.domain, mechanism: verdict.mechanism,
            reason: verdict.mechanism.map { "\($0) of \(verdict.domain) matches" }
                ?? "no mechanism of \(verdict.domain) matches")
        let request = bundle.encoded()
        if let difference = LibraryDifference(bundle, size: request.count) {
            outcome.note = "libspf2 was not asked: \(difference.rawValue)"
            return outcome
        }
        let known = words[octets: request].map { SPFWorkerPool.Reply.result($0) }
        let reply = if let known { known } else { await worker.evaluate(request) }
        if case .result(let word) = reply, known == nil { words[octets: request] = word }
        switch reply {
        case .result(verdict.result): break
        case .result(let other):
            disagreementCount.wrappingAdd(1, ordering: .relaxed)
            outcome.note = "libspf2 says \(other.rawValue)"
        case .failure(let reason):
            outcome = SPFOutcome(result: .temperror, domain: identity.domain, reason: reason)
        }
        return outcome
    }
}
