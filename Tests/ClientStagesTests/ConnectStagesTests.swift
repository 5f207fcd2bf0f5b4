import CheckClientStage
import CheckDNSBLStage
import CheckReverseDNSStage
import DemoDNS
import Resolver
import SMTP
import StageKit
import StageTesting
import Testing

/// The stages of `connect`, with a real DNS server over UDP where they ask one.
struct ConnectStagesTests {
    private static let zone = DNSZone([
        "1.2.0.192.bad.example": [.address(.v4(0x7F00_0002))],
        "1.2.0.192.worse.example": [.address(.v4(0x7F00_0004))],
        "1.2.0.192.good.example": [.address(.v4(0x7F00_0001))],
        "2.2.0.192.bad.example": [.address(.v4(0x7FFF_FFFE))],
        "1.2.0.192.in-addr.arpa": [.ptr("mail.example.com")],
        "2.2.0.192.in-addr.arpa": [.ptr("mail.example.com")],
        "mail.example.com": [.address(.v4(0xC000_0201))],
    ])

    private func run<Tested: ConnectStage>(
        _ type: Tested.Type, _ written: Written, from address: String
    ) async throws -> (Verdict, Facts) {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        let configuration = try Fitting.configuration(Tested.Configuration.self, written.node)
        let stage = try Tested(configuration: configuration, services: Fitting.services(port: server.port))
        try await stage.prepare()
        var message = Fitting.connection(from: address)
        let verdict = try await stage.connect(&message, in: Samples.context(step: "session.connect.test"))
        await stage.stop()
        return (verdict, message.facts)
    }

    @Test(arguments: [
        ("192.0.2.1", "allow", true), ("192.0.2.200", "deny", false), ("203.0.113.1", "none", true),
        ("2001:db8::1", "deny", false), ("::ffff:192.0.2.200", "deny", false),
    ])
    func `check-client lets the allowed in before it looks at the denied`(
        _ address: String, _ list: String, _ passes: Bool
    ) async throws {
        let settings: Written = ["allow": ["192.0.2.0/25"], "deny": ["192.0.2.0/24", "2001:db8::/32"]]
        let (verdict, facts) = try await run(CheckClient.self, settings, from: address)
        #expect(facts[CheckClient.Provided.list] == list)
        guard case .reject(let reply, _) = verdict else {
            #expect(passes)
            return
        }
        #expect(!passes && reply.code == 554)
    }

    @Test func `check-dnsbl sums the scores and refuses from the limit on`() async throws {
        let lists: Written = [
            ["zone": "bad.example"], ["zone": "worse.example", "score": "2.5", "codes": ["127.0.0.4"]],
            ["zone": "good.example", "score": "-1"], ["zone": "empty.example"],
        ]
        let (verdict, facts) = try await run(CheckDNSBL.self, ["lists": lists], from: "192.0.2.1")
        #expect(verdict == .proceed)
        #expect(facts[CheckDNSBL.Provided.score] == 2.5)
        #expect(facts[CheckDNSBL.Provided.lists] == ["bad.example", "worse.example", "good.example"])
        #expect(facts[CheckDNSBL.Provided.failures] == 0)
        let (refusal, _) = try await run(
            CheckDNSBL.self, ["lists": lists, "reject-at": "2.5"], from: "192.0.2.1")
        guard case .reject(let reply, let reason) = refusal else {
            Issue.record("\(refusal)")
            return
        }
        #expect(reply.code == 554 && reply.description.contains("listed by bad.example"))
        #expect(reason.contains("worse.example") && reason.contains("2.5"))
        let (pass, _) = try await run(CheckDNSBL.self, ["lists": lists, "reject-at": "2.6"], from: "192.0.2.1")
        #expect(pass == .proceed)
    }

    @Test func `a list that refuses to answer is counted, and nobody is refused for it`() async throws {
        let (verdict, facts) = try await run(
            CheckDNSBL.self, ["lists": [["zone": "bad.example"]], "reject-at": "1"], from: "192.0.2.2")
        #expect(verdict == .proceed)
        #expect(facts[CheckDNSBL.Provided.failures] == 1 && facts[CheckDNSBL.Provided.score] == 0)
    }

    @Test func `check-dnsbl without lists, or with too many, or with a zone that is none, has a problem`() throws {
        #expect(try Fitting.problems(of: CheckDNSBL.Configuration.self, Written.map([]).node).count == 1)
        let many = Written.list((0...20).map { ["zone": .text("l\($0).example")] })
        #expect(try Fitting.problems(of: CheckDNSBL.Configuration.self, Written.map([("lists", many)]).node).count == 1)
        let bad: Written = ["lists": [["zone": "a..b"]]]
        #expect(try Fitting.problems(of: CheckDNSBL.Configuration.self, bad.node).count == 1)
    }

    @Test(arguments: [
        ("192.0.2.1", "pass", "mail.example.com", true), ("192.0.2.2", "fail", "", false),
        ("192.0.2.3", "permerror", "", true),
    ])
    func `check-reverse-dns refuses what it is told to`(
        _ address: String, _ result: String, _ name: String, _ passes: Bool
    ) async throws {
        let (verdict, facts) = try await run(CheckReverseDNS.self, ["reject": ["fail"]], from: address)
        #expect(facts[CheckReverseDNS.Provided.result] == result)
        #expect(facts[CheckReverseDNS.Provided.name] == name)
        #expect(facts[CheckReverseDNS.Provided.report]?.hasPrefix("iprev=\(result) policy.iprev=\(address)") == true)
        guard case .reject(let reply, _) = verdict else {
            #expect(passes)
            return
        }
        #expect(!passes && reply.status == EnhancedStatusCode(5, 7, 25))
    }

    @Test func `a stage that was not prepared throws`() async throws {
        let configuration = try Fitting.configuration(CheckReverseDNS.Configuration.self, Written.map([]).node)
        let stage = try CheckReverseDNS(configuration: configuration, services: Fitting.services(port: 53))
        var message = Fitting.connection(from: "192.0.2.1")
        await #expect(throws: StageContractViolation.self) { try await stage.connect(&message, in: Samples.context()) }
    }
}
