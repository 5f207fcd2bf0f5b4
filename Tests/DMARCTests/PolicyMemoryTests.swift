import AgeingResolver
import AuthenticationResults
import DMARC
import PublicSuffixes
import Resolver
import Synchronization
import Testing

/// What is remembered of an author's domain holds as long as all that it was made of.
struct PolicyMemoryTests {
    /// What is asked for mail of some authors, one after the other, and how many questions that took.
    private func requests(
        _ authors: [String], _ policy: String = "v=DMARC1; p=reject", lifetimes: [String: Duration?] = [:],
        changed: String? = nil
    ) async -> (requests: [PolicyRecord.Request], questions: Int) {
        let resolver = AgeingResolver(DNSZone(["_dmarc.d.example": [.text(policy)]]), lifetimes: lifetimes)
        let list = PublicSuffixList()
        let evaluator = PolicyEvaluator(resolver: resolver) { list }
        var requests: [PolicyRecord.Request] = []
        for author in authors {
            requests.append(await evaluator.evaluate(author: author, Identifiers()).request)
            guard let changed else { continue }
            resolver.change(to: DNSZone(["_dmarc.d.example": [.text(changed)]]))
        }
        return (requests, resolver.questions)
    }

    @Test func `a domain is asked about once as long as the answers hold`() async {
        let found = await requests(["d.example", "a.d.example", "e.example", "d.example", "a.d.example", "e.example"])
        #expect(found.requests == [.reject, .reject, .none, .reject, .reject, .none])
        #expect(found.questions == 4)
    }

    @Test(
        arguments: [
            ["_dmarc.d.example": Duration.zero], ["_dmarc.a.d.example": .zero], ["_dmarc.d.example": nil],
            ["_dmarc.a.d.example": nil],
        ] as [[String: Duration?]])
    func `nothing is remembered longer than any of the answers, nor what nobody answers for`(
        _ lifetimes: [String: Duration?]
    ) async {
        let found = await requests(
            ["a.d.example", "a.d.example"], lifetimes: lifetimes, changed: "v=DMARC1; p=quarantine")
        #expect(found.requests == [.reject, .quarantine])
    }

    @Test(arguments: [(1_024, 1), (1_025, 2)])
    func `a long record is read each time`(_ length: Int, _ questions: Int) async {
        let policy = "v=DMARC1; p=reject; x="
        let filled = policy + String(repeating: "x", count: length - policy.utf8.count)
        #expect(await requests(["d.example", "d.example"], filled).questions == questions)
    }

    @Test func `another list of suffixes counts at once`() async throws {
        let list = Mutex(PublicSuffixList())
        let resolver = AgeingResolver(DNSZone(["_dmarc.d.example": [.text("v=DMARC1; p=reject")]]))
        let evaluator = PolicyEvaluator(resolver: resolver) { list.withLock { $0 } }
        #expect(await evaluator.evaluate(author: "a.d.example", Identifiers(spf: "d.example")).result == .pass)
        let other = try PublicSuffixList(parsing: "d.example", minimum: 1)
        list.withLock { $0 = other }
        #expect(await evaluator.evaluate(author: "a.d.example", Identifiers(spf: "d.example")).result == .none)
    }

    @Test func `a list of suffixes that another has replaced is not kept`() async throws {
        let list = Mutex(PublicSuffixList())
        weak let old = list.withLock { $0 }
        let evaluator = PolicyEvaluator(
            resolver: AgeingResolver(DNSZone(["_dmarc.d.example": [.text("v=DMARC1; p=reject")]]))
        ) { list.withLock { $0 } }
        _ = await evaluator.evaluate(author: "a.d.example", Identifiers(spf: "b.d.example"))
        #expect(old != nil)
        list.withLock { $0 = PublicSuffixList() }
        #expect(old == nil)
    }

    @Test(arguments: ["p=reject", "p=none; sp=quarantine; pct=7", nil, "p=refuse"])
    func `a text that is kept for all mail of an author is that of each`(_ policy: String?) async {
        let zone = DNSZone(policy.map { ["_dmarc.d.example": [.text("v=DMARC1; \($0)")]] } ?? [:])
        let evaluator = PolicyEvaluator(resolver: AgeingResolver(zone)) { PublicSuffixList() }
        for author in ["d.example", "a.d.example"] {
            for identifiers in [
                Identifiers(), Identifiers(spf: author), Identifiers(signatures: [.init(domain: "d.example")]),
                Identifiers(undecidedSPF: author), Identifiers(),
            ] {
                let evaluation = await evaluator.evaluate(author: author, identifiers)
                for disposition in PolicyRecord.Request.allCases {
                    for arc in [nil, "pass"] {
                        #expect(
                            evaluation.reportText(disposition: disposition, arc: arc)
                                == evaluation.report(disposition: disposition, arc: arc).text)
                    }
                }
            }
        }
    }

    @Test(arguments: [("r", Evaluation.Result.pass), ("s", .fail)])
    func `the organizational domain agrees with names below it unless they want it exact`(
        _ alignment: String, _ result: Evaluation.Result
    ) async {
        let policy = "v=DMARC1; p=reject; adkim=\(alignment); aspf=\(alignment)"
        let resolver = AgeingResolver(DNSZone(["_dmarc.a.d.example": [.text(policy)]]))
        let evaluator = PolicyEvaluator(resolver: resolver) { PublicSuffixList() }
        for identifiers in [Identifiers(spf: "d.example"), Identifiers(signatures: [.init(domain: "d.example")])] {
            #expect(await evaluator.evaluate(author: "a.d.example", identifiers).result == result)
        }
    }
}
