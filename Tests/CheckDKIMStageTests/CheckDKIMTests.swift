import Bytes
import CheckARCStage
import CheckDKIMStage
import DKIM
import DemoDNS
import Foundation
import Resolver
import SealARCStage
import SignDKIMStage
import StageKit
import StageTesting
import Testing

/// The four stages after each other, as a forwarder and the server behind it use them, with a real DNS server.
@Suite struct CheckDKIMTests {
    private static let keys = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../DKIMTests/Fixtures")

    private static func pem(_ name: String) throws -> String {
        try String(contentsOf: keys.appending(path: "\(name).pem"), encoding: .utf8)
    }

    private func settings(_ values: [(String, String)]) -> Settings {
        let place = SourceLocation(file: "x.yaml", line: 1, column: 1)
        return Settings(
            SettingNode(
                .map(
                    values.map {
                        .init(key: $0.0, location: place, value: SettingNode(.scalar($0.1, isQuoted: true), at: place))
                    }), at: place))
    }

    private static func signing(_ key: String = "rsa-pkcs8") throws -> [(String, String)] {
        [("domain", "example.com"), ("selector", "s1"), ("key", try pem(key))]
    }

    @Test func `what one server signs and seals another finds whole`() async throws {
        let record = try SigningKey(pem: Self.pem("rsa-pkcs8")).record
        let zone = DNSZone(["s1._domainkey.example.com": [.text(record)]])
        let server = try LoopbackDNSServer(zone: zone)
        defer { server.stop() }
        var site = Samples.site(dataDirectory: "/nowhere")
        site.resolverServers = ["127.0.0.1:\(server.port)"]
        let services = Samples.services(site)
        var settings = settings(try Self.signing())
        let sign = try SignDKIM(configuration: .init(from: &settings), services: services)
        settings = self.settings(try Self.signing())
        let seal = try SealARC(configuration: .init(from: &settings), services: services)
        settings = self.settings([])
        let dkim = CheckDKIM(configuration: NoConfiguration(from: &settings), services: services)
        let arc = CheckARC(configuration: NoConfiguration(from: &settings), services: services)
        for stage in [sign, seal, dkim, arc] as [any Stage] { try await stage.prepare() }
        var message = Samples.message(
            text: "From: a@mail.example.com\r\nSubject: x\r\n\r\nHello\r\n", from: "a@example.com")
        for stage in [dkim, arc, sign, seal] as [any Stage] {
            #expect(try await stage.process(&message, in: Samples.context()) == .proceed)
        }
        #expect(message.facts[CheckDKIM.Provided.result] == "none")
        #expect(message.facts[CheckARC.Provided.result] == "none")
        let names = message.trace.map { $0.prefix { $0 != ":" } }
        #expect(
            names.prefix(4) == ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "DKIM-Signature"])
        #expect(message.trace[2].contains("dkim=none; arc=none"))
        let sent = message.trace.joined() + String(decoding: message.content.array, as: UTF8.self)
        var arrived = Samples.message(text: sent, from: "a@example.com")
        for stage in [dkim, arc] as [any Stage] {
            #expect(try await stage.process(&arrived, in: Samples.context()) == .proceed)
        }
        #expect(arrived.facts[CheckDKIM.Provided.result] == "pass")
        #expect(arrived.facts[CheckDKIM.Provided.domains] == "example.com")
        #expect(arrived.facts[CheckDKIM.Provided.signatures] == 1)
        #expect(arrived.facts[CheckARC.Provided.result] == "pass")
        #expect(arrived.facts[CheckARC.Provided.chain] == 1)
        #expect(arrived.facts[CheckARC.Provided.report] == "arc=pass header.oldest-pass=0")
        // The key is known now, so that nothing has to be waited for; a seal always is.
        let before = Samples.message(text: sent, from: "a@example.com")
        var again = before
        #expect(try dkim.processAtOnce(&again, in: Samples.context()) == .proceed)
        for fact in CheckDKIM.manifest.provides { #expect(again.facts[fact.name] == arrived.facts[fact.name]) }
        again = before
        #expect(try arc.processAtOnce(&again, in: Samples.context()) == nil)
        // Another version of the site asks its own servers, which know no key.
        let other = try LoopbackDNSServer(zone: DNSZone([:]))
        defer { other.stop() }
        site.resolverServers = ["127.0.0.1:\(other.port)"]
        let later = CheckDKIM(configuration: NoConfiguration(from: &settings), services: services.serving(site))
        try await later.prepare()
        #expect(try await later.process(&arrived, in: Samples.context()) == .proceed)
        #expect(arrived.facts[CheckDKIM.Provided.result] == "permerror")
        for stage in [sign, seal, dkim, arc, later] as [any Stage] { await stage.stop() }
    }

    @Test func `no stage answers at once before it is prepared or after it has stopped`() async throws {
        var settings = settings([])
        let services = Samples.services(Samples.site(dataDirectory: "/nowhere"))
        let dkim = CheckDKIM(configuration: NoConfiguration(from: &settings), services: services)
        let arc = CheckARC(configuration: NoConfiguration(from: &settings), services: services)
        for stage in [dkim, arc] as [any Stage] {
            var message = Samples.message(text: "From: a@example.com\r\n\r\n")
            #expect(throws: StageContractViolation.self) {
                try stage.processAtOnce(&message, in: Samples.context())
            }
            try await stage.prepare()
            #expect(try stage.processAtOnce(&message, in: Samples.context()) == .proceed)
            await stage.stop()
            #expect(throws: StageContractViolation.self) {
                try stage.processAtOnce(&message, in: Samples.context())
            }
        }
    }

    @Test(arguments: [(0, 0, 0), (11, 0, 11), (0, 5_000, 0), (3, 5_000, 0)])
    func `each signature counts, looked at or not`(_ signatures: Int, _ others: Int, _ count: Int) async throws {
        var settings = settings([])
        let services = Samples.services(Samples.site(dataDirectory: "/nowhere"))
        let stage = CheckDKIM(configuration: NoConfiguration(from: &settings), services: services)
        try await stage.prepare()
        let fields =
            String(repeating: "DKIM-Signature: v=1\r\n", count: signatures)
            + String(repeating: "X: y\r\n", count: others)
        var message = Samples.message(text: fields + "From: a@example.com\r\n\r\n", from: "a@example.com")
        #expect(try await stage.process(&message, in: Samples.context()) == .proceed)
        #expect(message.facts[CheckDKIM.Provided.signatures] == count)
        await stage.stop()
    }

    @Test func `a key that nobody can fetch for now leaves its domain undecided`() async throws {
        var zone = DNSZone()
        zone.silence("s._domainkey.slow.example")
        let server = try LoopbackDNSServer(zone: zone)
        defer { server.stop() }
        var site = Samples.site(dataDirectory: "/nowhere")
        site.resolverServers = ["127.0.0.1:\(server.port)"]
        site.resolverTimeout = .milliseconds(300)
        var settings = settings([])
        let stage = CheckDKIM(configuration: NoConfiguration(from: &settings), services: Samples.services(site))
        try await stage.prepare()
        let tags = "a=ed25519-sha256; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"
        let fields = ["slow", "gone"].map { "DKIM-Signature: v=1; d=\($0).example; s=s; \(tags)\r\n" }
        var message = Samples.message(text: fields.joined() + "From: a@slow.example\r\n\r\n", from: "a@slow.example")
        #expect(try await stage.process(&message, in: Samples.context()) == .proceed)
        #expect(message.facts[CheckDKIM.Provided.undecided] == "slow.example")
        #expect(message.facts[CheckDKIM.Provided.result] == "temperror")
        await stage.stop()
    }

    @Test func `a seal is made with an RSA key only`() throws {
        var settings = settings(try Self.signing("ed25519"))
        let configuration = SealARC.Configuration(from: &settings)
        let services = Samples.services(Samples.site(dataDirectory: "/nowhere"))
        let error = #expect(throws: ConfigurationError.self) {
            try SealARC(configuration: configuration, services: services)
        }
        #expect("\(String(describing: error))".contains("RSA"))
    }

    /// The settings that the stages complain of, where one of them has another value.
    private func complaints(_ name: String, _ value: String) throws -> [[String]] {
        let entries = try Self.signing().map { $0.0 == name ? (name, value) : $0 }
        let services = Samples.services(Samples.site(dataDirectory: "/nowhere"))
        func complaint(_ make: (inout Settings) throws -> any Stage) throws -> [String] {
            var settings = settings(entries)
            do {
                _ = try make(&settings)
                return settings.finish().map { String($0.text.prefix { $0 != " " }) }
            } catch let error as ConfigurationError {
                return [error.setting ?? ""]
            }
        }
        return [
            try complaint { try SignDKIM(configuration: SignDKIM.Configuration(from: &$0), services: services) },
            try complaint { try SealARC(configuration: SealARC.Configuration(from: &$0), services: services) },
        ]
    }

    @Test(arguments: [
        ("key", "no key"), ("domain", ""), ("domain", "a..b"), ("domain", ".a.b"), ("domain", "example.com."),
        ("domain", "exam ple.com"), ("domain", "exa;mple.com"), ("domain", "a@example.com"),
        ("domain", String(repeating: "a", count: 64) + ".com"), ("domain", name(254)), ("domain", "-bad.example"),
        ("domain", "s1._domainkey.example.com"), ("domain", "_dmarc.example.com"), ("domain", "192.0.2.1"),
        ("domain", "[192.0.2.1]"), ("domain", "2001:db8::1"), ("domain", "com"), ("domain", "localhost"),
        ("domain", "a-.example"), ("domain", "bücher.ex_ample"), ("domain", "\u{200D}ü.example"),
        ("domain", "a\u{0}ü.b"),
        ("domain", String(repeating: "ü", count: 60) + ".example"),
        ("selector", "_domainkey"), ("selector", "_DomainKey"), ("selector", "-s1-"), ("selector", "s1.-a"),
        ("selector", "s\u{200D}ü"),
        ("selector", "s1._domainkey"), ("selector", "s1._domainkey.example.com"),
        ("selector", "S1._DomainKey"),
        ("selector", ""), ("selector", "s 1"), ("selector", "s..1"), ("selector", "s1."), ("selector", "s=1"),
        ("selector", String(repeating: "s", count: 64)), ("selector", name(231)),
    ])
    func `settings that make no sense are told with their name`(_ name: String, _ value: String) throws {
        #expect(try complaints(name, value) == [[name], [name]])
    }

    @Test(arguments: [
        ("domain", "Example.COM"), ("domain", "bücher.example"), ("domain", String(repeating: "a", count: 63) + ".com"),
        ("domain", name(239)), ("selector", "s1.mx_1-a"), ("selector", "s1.example"), ("selector", "schlüssel"),
        ("selector", "1"), ("selector", String(repeating: "s", count: 63)),
        ("selector", name(230)),
    ])
    func `names that a verifier takes may sign`(_ name: String, _ value: String) throws {
        #expect(try complaints(name, value) == [[], []])
    }

    @Test(arguments: [
        ("domain", "bü\u{200D}cher.example", "which has no A-labels (RFC 5890, section 2.3.2.1)"),
        ("selector", "schlü\u{200D}ssel", "which has no A-labels (RFC 5890, section 2.3.2.1)"),
        ("domain", "192.0.2.1", #"domain must be a domain such as example.org, not "192.0.2.1""#),
        ("domain", "org", #"domain must be a domain such as example.org, not "org""#),
    ])
    func `a name that cannot sign is told with what would be right`(
        _ name: String, _ value: String, _ text: String
    ) throws {
        var settings = settings(try Self.signing().map { $0.0 == name ? (name, value) : $0 })
        _ = SignDKIM.Configuration(from: &settings)
        let problem = try #require(settings.finish().first)
        #expect(problem.text.hasSuffix(text) && problem.text.contains(" such as "))
    }

    @Test func `of the name of a key's record the domain is suggested`() throws {
        var settings = settings(
            try Self.signing().map { $0.0 == "domain" ? ("domain", "s1._domainkey.example.org") : $0 })
        _ = SealARC.Configuration(from: &settings)
        #expect(settings.finish().map(\.suggestion) == ["example.org"])
    }

    @Test func `mail is signed and sealed with A-labels, and found whole by the key at their name`() async throws {
        let entries = [("domain", "BÜCHER.Example"), ("selector", "Schlüssel.A_1"), ("key", try Self.pem("rsa-pkcs8"))]
        let record = try SigningKey(pem: Self.pem("rsa-pkcs8")).record
        let zone = DNSZone(["xn--schlssel-95a.a_1._domainkey.xn--bcher-kva.example": [.text(record)]])
        let server = try LoopbackDNSServer(zone: zone)
        defer { server.stop() }
        var site = Samples.site(dataDirectory: "/nowhere")
        site.resolverServers = ["127.0.0.1:\(server.port)"]
        let services = Samples.services(site)
        var (none, first, second) = (settings([]), settings(entries), settings(entries))
        let sign = try SignDKIM(configuration: .init(from: &first), services: services)
        let seal = try SealARC(configuration: .init(from: &second), services: services)
        let dkim = CheckDKIM(configuration: NoConfiguration(from: &none), services: services)
        let arc = CheckARC(configuration: NoConfiguration(from: &none), services: services)
        let stages: [any Stage] = [dkim, arc, sign, seal]
        for stage in stages { try await stage.prepare() }
        var message = Samples.message(text: "From: a@xn--bcher-kva.example\r\n\r\nHello\r\n", from: "a@example.com")
        for stage in stages { _ = try await stage.process(&message, in: Samples.context()) }
        let trace = message.trace.joined()
        let signers = ["DKIM-Signature:", "ARC-Message-Signature:", "ARC-Seal:"]
        for name in signers {
            let field = try #require(message.trace.first { $0.hasPrefix(name) })
            #expect(field.contains("d=xn--bcher-kva.example;") && field.contains("s=xn--schlssel-95a.a_1;"), "\(field)")
        }
        #expect(trace.utf8.allSatisfy { $0 < 0x80 })
        var arrived = Samples.message(
            text: trace + String(decoding: message.content.array, as: UTF8.self), from: "a@example.com")
        for stage in [dkim, arc] as [any Stage] { _ = try await stage.process(&arrived, in: Samples.context()) }
        #expect(arrived.facts[CheckDKIM.Provided.result] == "pass")
        #expect(arrived.facts[CheckARC.Provided.result] == "pass")
        for stage in stages { await stage.stop() }
    }

    /// A name of so many octets: with `._domainkey.` and what the other tests have beside it, 253 are the most.
    private static func name(_ length: Int) -> String {
        String(String(repeating: "a23456789.", count: 26).prefix(length - 1)) + "b"
    }
}
