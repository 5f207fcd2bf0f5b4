import Addressing
import CheckSPFStage
import DemoDNS
import Resolver
import SMTP
import StageKit
import StageTesting
import Testing

/// The stage asks a real DNS server over UDP, and a real helper process.
struct CheckSPFTests {
    private static let zone = DNSZone([
        "pass.example.com": [.txt([Array("v=spf1 ip4:192.0.2.1 -all".utf8)])],
        "fail.example.com": [.txt([Array("v=spf1 -all exp=why.example.com".utf8)])],
        "why.example.com": [.txt([Array("See %{s}".utf8)])],
        "wordy.example.com": [.txt([Array("v=spf1 -all exp=wordy-why.example.com".utf8)])],
        "wordy-why.example.com": [.text(String(repeating: "no ", count: 80) + Self.unbroken)],
        "silent.example.com": [.txt([Array("v=spf1 -all exp=silent-why.example.com".utf8)])],
        "silent-why.example.com": [.txt([Array("  ".utf8)])],
        "forging.example.com": [.txt([Array("v=spf1 -all exp=forging-why.example.com".utf8)])],
        "forging-why.example.com": [.txt([Array("no\r\n250 yes".utf8)])],
        "xn--bcher-kva.example.com": [.txt([Array("v=spf1 ip4:192.0.2.1 -all".utf8)])],
        "soft.example.com": [.txt([Array("v=spf1 ~all".utf8)])],
        "broken.example.com": [.txt([Array("v=spf1 ip4:nonsense -all".utf8)])],
        "mail.example.com": [.txt([Array("v=spf1 ip4:192.0.2.1 -all".utf8)])],
    ])

    /// A word that is longer than a line of a reply may be.
    private static let unbroken = String(repeating: "x", count: 740)

    private func settings(_ rejected: [String], on switches: [String] = []) -> Settings {
        let place = SourceLocation(file: "x.yaml", line: 1, column: 1)
        let words = rejected.map { SettingNode(.scalar($0, isQuoted: false), at: place) }
        let entry = SettingNode.Entry(key: "reject", location: place, value: SettingNode(.list(words), at: place))
        let others = switches.map {
            SettingNode.Entry(
                key: $0, location: place, value: SettingNode(.scalar("true", isQuoted: false), at: place))
        }
        return Settings(SettingNode(.map([entry] + others), at: place))
    }

    private func stage(_ rejected: [String], on switches: [String] = [], servers: [String]) throws -> CheckSPF {
        var settings = settings(rejected, on: switches)
        let configuration = try CheckSPF.Configuration(from: &settings)
        #expect(settings.finish().isEmpty)
        var site = Samples.site(dataDirectory: "/nowhere")
        site.resolverServers = servers
        site.resolverTimeout = .seconds(20)
        return try CheckSPF(configuration: configuration, services: Samples.services(site))
    }

    /// Checks a sender; the message is what the stage made of it.
    private func check(_ sender: String, rejecting rejected: [String] = [], on switches: [String] = [])
        async throws -> (Verdict, Message)
    {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        let stage = try stage(rejected, on: switches, servers: ["127.0.0.1:\(server.port)"])
        try await stage.prepare()
        var message = Samples.message(text: "", from: sender)
        let before = message
        let verdict = try await stage.mail(&message, in: Samples.context(step: "session.mail.check-spf"))
        // Most outcomes are known now.
        #expect(ContractKit.faults(atOnce: stage, of: before, to: message, verdict) == [])
        await stage.stop()
        await stage.stop()
        #expect(server.questions > 0)
        return (verdict, message)
    }

    @Test(arguments: [[], ["helo"]])
    func `an outcome is found at once from the second time on`(_ switches: [String]) async throws {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        let stage = try stage([], on: switches, servers: ["127.0.0.1:\(server.port)"])
        try await stage.prepare()
        let context = Samples.context(step: "session.mail.check-spf")
        var message = Samples.message(text: "", from: "a@pass.example.com")
        let before = message
        #expect(try stage.mailAtOnce(&message, in: context) == nil)
        #expect(message.facts == before.facts)
        #expect(try await stage.mail(&message, in: context) == .proceed)
        var again = before
        #expect(try stage.mailAtOnce(&again, in: context) == .proceed)
        #expect(again.facts == message.facts)
        #expect(again.facts[CheckSPF.Provided.helo] == (switches.isEmpty ? "" : "pass"))
        await stage.stop()
    }

    /// Has a sender refused.
    private func refuse(_ sender: String) async throws -> (Reply, Message) {
        let (verdict, message) = try await check(sender, rejecting: ["fail", "softfail"])
        guard case .reject(let reply, _) = verdict else { throw Unexpected(verdict: verdict) }
        return (reply, message)
    }

    private struct Unexpected: Error {
        let verdict: Verdict
    }

    @Test(arguments: [
        ("a@pass.example.com", "pass"), ("a@fail.example.com", "fail"), ("a@soft.example.com", "softfail"),
        ("a@broken.example.com", "permerror"), ("a@none.example.com", "none"),
    ])
    func `the facts say what the DNS says, and nothing is refused unasked`(_ sender: String, _ result: String)
        async throws
    {
        let (verdict, message) = try await check(sender)
        #expect(verdict == .proceed)
        #expect(message.facts[CheckSPF.Provided.result] == result)
        #expect(message.facts[CheckSPF.Provided.domain] == String(sender.dropFirst(2)))
        #expect(message.facts[CheckSPF.Provided.explanation] == (result == "fail" ? "See a@fail.example.com" : ""))
    }

    @Test func `both identities are checked if the file says so`() async throws {
        let (_, message) = try await check("a@fail.example.com", on: ["helo"])
        #expect(message.facts[CheckSPF.Provided.result] == "fail")
        #expect(message.facts[CheckSPF.Provided.helo] == "pass")
        #expect(
            message.facts[CheckSPF.Provided.report]
                == #"spf=fail reason="all of fail.example.com matches" smtp.mailfrom=a@fail.example.com; "#
                + #"spf=pass reason="ip4:192.0.2.1 of mail.example.com matches" smtp.helo=mail.example.com"#)
        let (_, bounce) = try await check("", on: ["helo"])
        #expect(bounce.facts[CheckSPF.Provided.helo] == "pass")
        #expect(
            bounce.facts[CheckSPF.Provided.report]
                == #"spf=pass reason="ip4:192.0.2.1 of mail.example.com matches" smtp.helo=mail.example.com"#)
        let (_, unasked) = try await check("a@fail.example.com")
        #expect(unasked.facts[CheckSPF.Provided.helo] == "" && unasked.trace.isEmpty)
    }

    @Test func `a field of its own is written if the file says so`() async throws {
        let (_, message) = try await check("a@pass.example.com", on: ["received-spf"])
        #expect(message.trace.count == 1 && message.trace[0].hasPrefix("Received-SPF: pass ("))
    }

    @Test func `a domain in another script is asked for by its A-labels`() async throws {
        let (_, message) = try await check("a@b\u{fc}cher.example.com")
        #expect(message.facts[CheckSPF.Provided.result] == "pass")
        #expect(message.facts[CheckSPF.Provided.domain] == "xn--bcher-kva.example.com")
    }

    @Test func `the null path is checked by the name of HELO`() async throws {
        let (_, message) = try await check("")
        #expect(message.reversePath == .null)
        #expect(message.facts[CheckSPF.Provided.result] == "pass")
        #expect(message.facts[CheckSPF.Provided.domain] == "mail.example.com")
    }

    @Test(arguments: [
        ("a@fail.example.com", ["fail"], true), ("a@soft.example.com", ["fail"], false),
        ("a@soft.example.com", ["fail", "softfail"], true), ("a@broken.example.com", ["permerror"], true),
        ("a@pass.example.com", ["fail", "softfail", "permerror"], false),
    ])
    func `what the file names is refused with the code of RFC 7372`(
        _ sender: String, _ rejected: [String], _ isRefused: Bool
    ) async throws {
        let (verdict, _) = try await check(sender, rejecting: rejected)
        guard isRefused else {
            #expect(verdict == .proceed)
            return
        }
        guard case .reject(let reply, let reason) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        let detail = rejected == ["permerror"] ? 24 : 23
        #expect(reply.code == 550 && reply.status == EnhancedStatusCode(5, 7, detail))
        #expect(reason.contains(sender.dropFirst(2)))
    }

    @Test(arguments: [
        ("soft", "SPF check failed for the sender's domain"), ("silent", "SPF check failed for the sender's domain"),
        ("forging", "SPF check failed for the sender's domain"),
        (
            "fail",
            "SPF check failed for the sender's domain:|The domain fail.example.com explains:|See a@fail.example.com"
        ),
    ])
    func `a refusal has the domain's words, and says whose they are`(_ label: String, _ text: String) async throws {
        let (reply, _) = try await refuse("a@\(label).example.com")
        #expect(reply.lines.joined(separator: "|") == text)
    }

    @Test func `words that are too many for a line go on in the next`() async throws {
        let (reply, message) = try await refuse("a@wordy.example.com")
        let words = reply.lines.dropFirst(2)
        #expect(words.first?.hasSuffix("no no") == true, "\(words)")
        #expect(words.map { $0.utf8.count } == [239, 499, 241])
        #expect(words.dropFirst().joined() == Self.unbroken)
        #expect(words.joined() == message.facts[CheckSPF.Provided.explanation]?.replacing("no x", with: "nox"))
    }

    @Test func `a result that cannot be refused is a problem of the settings`() throws {
        var settings = settings(["temperror"])
        _ = try CheckSPF.Configuration(from: &settings)
        #expect(settings.finish().count == 1)
    }

    @Test func `without a DNS server that answers the result is temperror`() async throws {
        let server = try LoopbackDNSServer(zone: Self.zone)
        let port = server.port
        server.stop()
        var site = Samples.site(dataDirectory: "/nowhere")
        site.resolverServers = ["127.0.0.1:\(port)"]
        site.resolverTimeout = .milliseconds(200)
        var settings = settings([])
        let stage = try CheckSPF(configuration: .init(from: &settings), services: Samples.services(site))
        try await stage.prepare()
        var message = Samples.message(text: "", from: "a@pass.example.com")
        #expect(try await stage.mail(&message, in: Samples.context()) == .proceed)
        #expect(message.facts[CheckSPF.Provided.result] == "temperror")
        await stage.stop()
    }

    @Test func `a stage that was not prepared, or was stopped, throws`() async throws {
        let stage = try stage([], servers: ["127.0.0.1:5353"])
        var message = Samples.message(text: "")
        await #expect(throws: StageContractViolation.self) { try await stage.mail(&message, in: Samples.context()) }
    }

    @Test func `a server that is none keeps the stage from starting`() async throws {
        let stage = try stage([], servers: ["localhost:53"])
        await #expect(throws: ConfigurationError.self) { try await stage.prepare() }
    }
}
