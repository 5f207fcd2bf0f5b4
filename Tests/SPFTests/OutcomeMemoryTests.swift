import AgeingResolver
import Resolver
import Testing

@testable import SPF

/// Outcomes that are remembered: as long as all answers that led to them, and for nobody else.
@Suite struct OutcomeMemoryTests {
    private func request(
        client: String = "192.0.2.1", helo: String = "h.example", path: String = "a@d.example"
    ) -> SPFRequest {
        SPFRequest(clientAddress: client, helo: helo, reversePath: path, receiver: "mx.example")
    }

    private func outcomes(
        of policy: String, _ requests: [SPFRequest], lifetimes: [String: Duration?] = [:], changed: DNSZone? = nil
    ) async throws -> (results: [SPFResult], questions: Int) {
        let zone = DNSZone([
            "d.example": [.text(policy)], "i.example": [.text("v=spf1 ip4:192.0.2.1 -all")],
            "other.example": [.text("v=spf1 -all")],
            "a.l.example": [.address(.v4(0x7F00_0002))], "h.example.helo.example": [.address(.v4(0x7F00_0002))],
        ])
        let resolver = AgeingResolver(zone, lifetimes: lifetimes)
        let checker = SPFChecker(resolver: resolver, worker: try SPFWorkerPool())
        var results: [SPFResult] = []
        for request in requests {
            results.append(await checker.check(request).result)
            if let changed { resolver.change(to: changed) }
        }
        await checker.stop()
        return (results, resolver.questions)
    }

    @Test func `a client of a domain is evaluated once as long as the answers hold, whoever it sends for`() async throws
    {
        let found = try await outcomes(
            of: "v=spf1 include:i.example -all",
            [
                request(), request(helo: "other.example", path: "b@d.example"), request(client: "192.0.2.2"),
                request(path: "a@other.example"), request(),
            ])
        #expect(found.results == [.pass, .pass, .fail, .fail, .pass])
        #expect(found.questions == 5)
    }

    @Test(
        arguments: [
            ["d.example": Duration.zero], ["i.example": .zero], ["d.example": nil], ["i.example": nil],
        ] as [[String: Duration?]])
    func `nothing is remembered longer than any of the answers, nor what nobody answers for`(
        _ lifetimes: [String: Duration?]
    ) async throws {
        let changed = DNSZone(["d.example": [.text("v=spf1 -all")]])
        let found = try await outcomes(
            of: "v=spf1 include:i.example -all", [request(), request()], lifetimes: lifetimes, changed: changed)
        #expect(found.results == [.pass, .fail])
    }

    @Test(arguments: [
        ("v=spf1 exists:%{l}.l.example -all", "a@d.example", "h.example", "b@d.example", "h.example"),
        ("v=spf1 exists:%{h}.helo.example -all", "a@d.example", "h.example", "a@d.example", "g.example"),
    ])
    func `a policy that looks at more than client and domain is evaluated for each sender`(
        _ policy: String, _ path: String, _ helo: String, _ otherPath: String, _ otherHelo: String
    ) async throws {
        let found = try await outcomes(
            of: policy, [request(helo: helo, path: path), request(helo: otherHelo, path: otherPath)])
        #expect(found.results == [.pass, .fail])
    }

    @Test func `an explanation that names the sender is given to nobody else`() async throws {
        let zone = DNSZone([
            "d.example": [.text("v=spf1 -all exp=e.example")], "e.example": [.text("%{l} sends no mail from here")],
        ])
        let checker = SPFChecker(resolver: AgeingResolver(zone), worker: try SPFWorkerPool())
        for name in ["ann", "bob"] {
            let outcome = await checker.check(request(path: "\(name)@d.example"))
            #expect(outcome.explanation == "\(name) sends no mail from here")
        }
        await checker.stop()
    }

    @Test func `what could not be done is tried again`() async throws {
        var silent = DNSZone(["i.example": [.text("v=spf1 -all")]])
        silent.silence("d.example")
        let resolver = AgeingResolver(silent)
        let checker = SPFChecker(resolver: resolver, worker: try SPFWorkerPool())
        #expect(await checker.check(request()).result == .temperror)
        resolver.change(to: DNSZone(["d.example": [.text("v=spf1 +all")]]))
        #expect(await checker.check(request()).result == .pass)
        await checker.stop()
    }

    /// What a walk remembers that gives an explanation when it has lasted so long.
    private func expiry(
        of explanation: String, after time: Duration
    ) async throws -> (text: String?, isKnown: Bool) {
        let zone = DNSZone([
            "d.example": [.text("v=spf1 -all")], "e.example": [.text("%{p} is not %{d}")],
            "1.2.0.192.in-addr.arpa": [.ptr("h.example")], "h.example": [.address(.v4(0xC000_0201))],
        ])
        let identity = try #require(Identity(request()))
        let expansion = MacroExpansion(
            identity: identity, receiver: "mx.example", time: 0, domain: "d.example", validatedName: "unknown")
        var walk = PolicyWalk(
            identity, expansion, resolver: AgeingResolver(zone), records: Remembered(capacity: 0))
        walk.limits = LookupLimits(start: .now - time)
        let exp = try MacroParser.parse(Array(explanation.utf8)[...], for: .domain)
        let text = await walk.explanation(
            of: .init(result: .fail, mechanism: "-all", domain: "d.example", explanation: exp))
        return (text, walk.expiry != nil)
    }

    @Test(arguments: ["e.example", "%{p2}.example"])
    func `an explanation for which there was no time is asked for again`(_ explanation: String) async throws {
        #expect(try await expiry(of: explanation, after: .zero).isKnown)
        let late = try await expiry(of: explanation, after: LookupLimits.maximumTime)
        #expect(late.text == nil && !late.isKnown)
    }

    @Test func `an explanation is remembered as long as all that it says`() async throws {
        let found = try await expiry(of: "e.example", after: .zero)
        #expect(found.text == "h.example is not d.example" && found.isKnown)
    }
}
