import DMARC
import PublicSuffixes
import Resolver
import Synchronization
import Testing

/// Records, discovery and alignment beyond the published vectors.
struct PolicyTests {
    private func record(_ text: String) throws -> PolicyRecord { try PolicyRecord(parsing: Array(text.utf8)) }

    private func evaluator(_ records: KeyValuePairs<String, [DNSRecord]>) throws -> PolicyEvaluator {
        try evaluator(DNSZone(records))
    }

    private func evaluator(_ zone: DNSZone) throws -> PolicyEvaluator {
        let list = try PublicSuffixList(parsing: "com\nco.uk\nexample\nblogs.example.com\n", minimum: 1)
        return PolicyEvaluator(resolver: ZoneResolver(zone)) { list }
    }

    @Test(arguments: [
        ("v=DMARC1;p=none", true), (" v = DMARC1 ;", true), ("V=DMARC1", true), ("v=DMARC1", true),
        ("v=dmarc1; p=none", false),
        ("p=none; v=DMARC1", false), ("v=DMARC10;p=none", false), (";v=DMARC1", false), ("", false), (";", false),
        ("v", false),
        ("v=spf1 -all", false),
    ])
    func `a record begins with its version`(_ text: String, _ isRecord: Bool) {
        #expect(PolicyRecord.isRecord(Array(text.utf8)) == isRecord)
    }

    @Test func `what is wrong behind the policy is ignored, and the first of a tag counts`() throws {
        let found = try record(
            "v=DMARC1; p=Reject; P=none; adkim=x; aspf=S; ri=-1; fo=1:d; zz=1; =; ;; junk; rua=mailto:a@b.example, , x, mailto:"
        )
        #expect(found.policy == .reject && found.subdomainPolicy == nil && found.policyBelow == .reject)
        #expect(found.dkimAlignment == .relaxed && found.spfAlignment == .strict)
        #expect(found.interval == 86_400 && found.failureOptions == "1:d")
        #expect(found.aggregateReports == ["mailto:a@b.example"])
        #expect(found.ignored == ["zz=1", "=", "junk"])
    }

    @Test(arguments: [
        ("0", 0), ("100", 100), ("101", 100), ("-1", 0), ("x", 0), ("", 0), ("9999999999999999999999", 0),
    ])
    func `pct is a number up to a hundred`(_ text: String, _ percent: Int) throws {
        #expect(try record("v=DMARC1; p=reject; pct=\(text)").percent == percent)
    }

    @Test(arguments: ["v=DMARC1", "v=DMARC1; p=refuse", "v=DMARC1; p=reject; sp=x", "v=DMARC1; p=refuse; rua=nobody"])
    func `without a good policy a record that wants no reports is of no use`(_ text: String) {
        #expect(throws: PolicyRecord.Unusable.self) { try record(text) }
    }

    @Test(arguments: ["v=DMARC1; rua=mailto:a@b.example", "v=DMARC1; p=reject; sp=x; rua=mailto:a@b.example"])
    func `without a good policy a record that wants reports asks for nothing else`(_ text: String) throws {
        let found = try record(text)
        #expect(found.policy == .none && found.policyBelow == .none && found.aggregateReports.count == 1)
    }

    @Test func `hostile records are read in bounded time and space`() throws {
        let many = Array(("v=DMARC1; p=reject" + String(repeating: ";a=b", count: 50_000)).utf8)
        #expect(try PolicyRecord(parsing: many).ignored.count <= PolicyRecord.maximumTags)
        let list = Array(("v=DMARC1; p=reject; rua=" + String(repeating: "mailto:a@b.example,", count: 3_000)).utf8)
        #expect(try PolicyRecord(parsing: list).aggregateReports.count == PolicyRecord.maximumAddresses)
        for text in [String(repeating: "v", count: 65_536), String(repeating: ";", count: 65_536)] {
            #expect(!PolicyRecord.isRecord(Array(text.utf8)))
        }
    }

    @Test(arguments: [
        (Identifiers(), Evaluation.Result.fail), (Identifiers(spf: "x.mail.example.com"), .pass),
        (Identifiers(spf: "EXAMPLE.com"), .pass),
        (Identifiers(spf: "example.com.evil.example"), .fail), (Identifiers(spf: "com"), .fail),
        (Identifiers(spf: ""), .fail),
        (Identifiers(signatures: [.init(domain: "other.example"), .init(domain: "mail.Example.com")]), .pass),
        (Identifiers(signatures: [.init(domain: "anna.blogs.example.com")]), .fail),
        (Identifiers(spf: "notexample.com"), .fail),
    ])
    func `names of one organization agree`(_ identifiers: Identifiers, _ result: Evaluation.Result) async throws {
        let evaluator = try evaluator(["_dmarc.example.com": [.text("v=DMARC1; p=reject")]])
        let found = await evaluator.evaluate(author: "news.example.com", identifiers)
        #expect(found.result == result)
        #expect(found.request == (result == .fail ? .reject : .none))
    }

    @Test(arguments: [
        (Identifiers(undecidedSignatures: ["example.com"]), Evaluation.Result.temperror),
        (Identifiers(undecidedSPF: "mail.example.com"), .temperror),
        (Identifiers(undecidedSignatures: ["mail.example.com"]), .fail),
        (Identifiers(undecidedSignatures: ["evil.example"], undecidedSPF: "evil.example"), .fail),
        (Identifiers(signatures: [.init(domain: "example.com")], undecidedSPF: "example.com"), .pass),
    ])
    func `what might pass later has not failed`(_ identifiers: Identifiers, _ result: Evaluation.Result) async throws {
        let evaluator = try evaluator(["_dmarc.example.com": [.text("v=DMARC1; p=reject; adkim=s")]])
        let found = await evaluator.evaluate(author: "example.com", identifiers)
        #expect(found.result == result && found.request == (result == .fail ? .reject : .none))
        #expect(found.policy?.request == .reject)
    }

    @Test func `a tenth of the policy is for a tenth of the messages`() async throws {
        let evaluator = try evaluator(["_dmarc.example.com": [.text("v=DMARC1; p=reject; sp=quarantine; pct=10")]])
        let own = await evaluator.evaluate(author: "example.com", Identifiers())
        let below = await evaluator.evaluate(author: "a.b.example.com", Identifiers())
        #expect([9, 10].map { own.disposition(draw: $0) } == [.reject, .quarantine])
        #expect([9, 10].map { below.disposition(draw: $0) } == [.quarantine, .none])
        #expect(below.policy?.domain == "example.com")
        let passed = await evaluator.evaluate(author: "example.com", Identifiers(spf: "example.com"))
        #expect(passed.disposition(draw: 0) == .none)
    }

    @Test func `of several authors the strictest request of those that failed counts`() async throws {
        let evaluator = try evaluator([
            "_dmarc.soft.example": [.text("v=DMARC1; p=none")], "_dmarc.hard.example": [.text("v=DMARC1; p=reject")],
            "_dmarc.mid.example": [.text("v=DMARC1; p=quarantine")],
        ])
        let author = AuthorDomain(["soft.example", "mid.example", "HARD.example.", "none.example", "soft.example"])
        #expect(author == .several(["soft.example", "mid.example", "hard.example", "none.example"]))
        #expect(await evaluator.evaluate(author, Identifiers()).domain == "hard.example")
        let passing = Identifiers(spf: "hard.example")
        #expect(await evaluator.evaluate(author, passing).domain == "mid.example")
    }

    @Test(arguments: [
        (["good.example", "good.example"], Evaluation.Result.pass, "good.example"),
        (["good.example", "none.example"], .none, "none.example"),
        (["none.example", "bad.example", "good.example"], .permerror, "bad.example"),
        (["good.example", "silent.example"], .temperror, "silent.example"),
        (["bad.example", "silent.example", "none.example"], .temperror, "silent.example"),
        (["silent.example", "good.example", "soft.example"], .temperror, "silent.example"),
        (["bad.example", "good.example", "soft.example"], .fail, "soft.example"),
        (["silent.example", "soft.example", "hard.example"], .fail, "hard.example"),
    ])
    func `of several authors the least certain one counts`(
        _ domains: [String], _ result: Evaluation.Result, _ domain: String
    ) async throws {
        var zone = DNSZone([
            "_dmarc.good.example": [.text("v=DMARC1; p=reject")], "_dmarc.soft.example": [.text("v=DMARC1; p=none")],
            "_dmarc.hard.example": [.text("v=DMARC1; p=reject")],
            "_dmarc.bad.example": [.text("v=DMARC1; p=refuse")],
        ])
        zone.silence("_dmarc.silent.example")
        for domains in [domains, domains.reversed()] {
            let found = await (try evaluator(zone)).evaluate(AuthorDomain(domains), Identifiers(spf: "good.example"))
            #expect(found.result == result && found.domain == domain, "\(domains): \(found)")
        }
    }

    @Test(arguments: [
        ([], AuthorDomain.none), (["[192.0.2.1]"], .none), (["[IPv6:2001:db8::1]"], .none), ([""], .none),
        (["a_b.Example."], .one("a_b.example")), (["bank。example"], .one("bank.example")),
        (["ba\u{200B}nk.example"], .one("bank.example")),
        (["bücher.example"], .one("xn--bcher-kva.example")),
        (["a.example", "a.example"], .several(["a.example"])), (["", "a.example"], .several(["a.example"])),
    ])
    func `an author is whoever From names`(_ domains: [String], _ author: AuthorDomain) {
        #expect(AuthorDomain(domains) == author)
    }

    @Test(arguments: [
        "a b.example", "[bank.example]", "[192.0.2.1", "[192.0.2.1].example", ".bank.example", "bank..example", ".",
        "=?utf-8?q?bank.example?=", "bank%.example", "bank.example\0", "ban\u{FFFD}k.example",
    ])
    func `with a domain that is none the author is unclear`(_ domain: String) {
        guard case .unclear = AuthorDomain([domain]), case .unclear = AuthorDomain(["a.example", domain]) else {
            Issue.record("\(AuthorDomain([domain]))")
            return
        }
    }

    @Test func `a flood of authors is cut, and hides nobody`() async throws {
        let flood = AuthorDomain((0..<100_000).map { "d\($0).example" })
        #expect(flood.domains.count == AuthorDomain.maximumDomains + 1)
        let evaluator = try evaluator([
            "_dmarc.own.example": [.text("v=DMARC1; p=none")], "_dmarc.hard.example": [.text("v=DMARC1; p=reject")],
        ])
        let many = AuthorDomain(Array(repeating: "own.example", count: 1_000) + ["hard.example"])
        #expect(await evaluator.evaluate(many, Identifiers(spf: "own.example")).request == .reject)
        let crowd = AuthorDomain((0..<10).map { "d\($0).own.example" } + ["hard.example"])
        let beyond = await evaluator.evaluate(crowd, Identifiers(spf: "own.example"))
        #expect(beyond.result == .permerror && beyond.disposition(draw: 99) == .reject)
        // Nor does one hide behind others that fail without a consequence.
        let failing = await evaluator.evaluate(crowd, Identifiers())
        #expect(failing.request == .reject)
        // What is known of those that are looked at stands, where it asks for no less.
        let known = AuthorDomain(["hard.example"] + (0..<10).map { "d\($0).own.example" })
        let refused = await evaluator.evaluate(known, Identifiers(spf: "own.example"))
        #expect(refused.result == .fail && refused.domain == "hard.example")
        let few = AuthorDomain((0..<9).map { "d\($0).own.example" } + ["own.example"])
        #expect(await evaluator.evaluate(few, Identifiers()).request == .none, "as many as are looked at")
    }

    /// Answers when so many questions wait at once, and gives up soon otherwise.
    private final class GatheringResolver: DNSResolving {
        private let wanted: Int
        private let asked = Mutex(0)

        init(wanted: Int) { self.wanted = wanted }

        var questions: Int { asked.withLock { $0 } }

        func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
            asked.withLock { $0 += 1 }
            for _ in 0..<200 {
                if questions >= wanted { return .noSuchName }
                do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
            }
            return .temporaryFailure(reason: "too few questions at once")
        }
    }

    @Test func `as many authors as are looked at are asked about at once, and no more`() async throws {
        let list = try PublicSuffixList(parsing: "example\n", minimum: 1)
        for (count, result) in [(10, Evaluation.Result.none), (100, .permerror)] {
            let resolver = GatheringResolver(wanted: AuthorDomain.maximumDomains)
            let authors = AuthorDomain((0..<count).map { "d\($0).example" })
            let found = await PolicyEvaluator(resolver: resolver) { list }.evaluate(authors, Identifiers())
            #expect(found.result == result && resolver.questions == AuthorDomain.maximumDomains)
        }
    }

    @Test func `mail of an unclear author is to be refused`() async throws {
        let unclear = await (try evaluator([:])).evaluate(
            .unclear(reason: "x"), Identifiers(spf: "good.example"))
        #expect(unclear.result == .permerror && unclear.disposition(draw: 99) == .reject && unclear.reason == "x")
    }

    @Test func `two records at one name are no policy`() async throws {
        let evaluator = try evaluator(["_dmarc.example.com": [.text("v=DMARC1; p=reject"), .text("v=DMARC1; p=none")]])
        #expect(await evaluator.evaluate(author: "example.com", Identifiers()).result == .permerror)
    }

    @Test func `a policy that cannot be had for now is told with the question that had no answer`() async throws {
        var zone = DNSZone()
        zone.silence("_dmarc.mail.example.com")
        zone.silence("_dmarc.example.com")
        for author in ["mail.example.com", "example.com"] {
            let found = try await evaluator(zone).evaluate(author: author, Identifiers())
            #expect(found.result == .temperror)
            #expect(found.reason == "text records of _dmarc.\(author): no server answered in time")
        }
        // Where the domain has none of its own, the question is about the one above.
        var parent = DNSZone()
        parent.silence("_dmarc.example.com")
        let inherited = try await evaluator(parent).evaluate(author: "mail.example.com", Identifiers())
        #expect(inherited.reason.contains("_dmarc.example.com: "))
    }

    @Test func `a name that is too long for the question has no policy`() async throws {
        let name = (0..<4).map { _ in String(repeating: "a", count: 61) }.joined(separator: ".") + ".com"
        #expect(await (try evaluator([:])).evaluate(author: name, Identifiers()).result == .none)
    }
}
