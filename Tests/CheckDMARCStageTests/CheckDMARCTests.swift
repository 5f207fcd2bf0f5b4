import CheckDMARCStage
import DemoDNS
import Files
import Foundation
import Resolver
import SMTP
import StageKit
import StageTesting
import Testing

/// The stage asks a real DNS server over UDP.
struct CheckDMARCTests {
    private static let zone = DNSZone([
        "_dmarc.example.com": [.text("v=DMARC1; p=reject; sp=quarantine; rua=mailto:r@example.com")],
        "_dmarc.watched.example": [.text("v=DMARC1; p=none")],
        "_dmarc.half.example": [.text("v=DMARC1; p=reject; pct=0")],
        "_dmarc.broken.example": [.text("v=DMARC1; p=refuse")],
    ])

    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-\(UUID().uuidString)")

    private func settings(_ entries: [SettingNode.Entry]) -> Settings {
        Settings(SettingNode(.map(entries), at: SourceLocation(file: "x.yaml", line: 1, column: 1)))
    }

    private func stage(trusting trusted: [String], server: LoopbackDNSServer) throws -> CheckDMARC {
        let place = SourceLocation(file: "x.yaml", line: 1, column: 1)
        let names = SettingNode(.list(trusted.map { SettingNode(.scalar($0, isQuoted: false), at: place) }), at: place)
        var settings = settings([SettingNode.Entry(key: "trust-arc", location: place, value: names)])
        let configuration = CheckDMARC.Configuration(from: &settings)
        #expect(settings.finish().isEmpty)
        var site = Samples.site(dataDirectory: directory.path)
        site.resolverServers = ["127.0.0.1:\(server.port)"]
        return try CheckDMARC(configuration: configuration, services: Samples.services(site))
    }

    @Test(arguments: [
        ("lists.example.net", true), ("Lists.EXAMPLE.net", true), ("bücher.example", true), ("example", false),
        ("-bad.example", false), ("a..b", false), ("a@example.net", false), ("", false), ("192.0.2.1", false),
        ("localhost", false), ("b\u{200D}ü.example", false), ("s1._domainkey.example.net", false), ("☃.example", false),
    ])
    func `forwarders who are trusted are named by their domains`(_ name: String, _ isTaken: Bool) {
        let place = SourceLocation(file: "x.yaml", line: 1, column: 1)
        let names = SettingNode(.list([SettingNode(.scalar(name, isQuoted: true), at: place)]), at: place)
        var settings = settings([SettingNode.Entry(key: "trust-arc", location: place, value: names)])
        _ = CheckDMARC.Configuration(from: &settings)
        #expect(
            settings.finish().map { $0.text.contains("must be a domain such as example.org") }
                == (isTaken ? [] : [true]))
    }

    /// Checks a message with facts of other checks; gives back its facts.
    private func check(
        _ header: String, _ known: [String: String] = [:], trusting trusted: [String] = [], log: LineLog? = nil
    ) async throws -> Facts {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        let stage = try stage(trusting: trusted, server: server)
        try await stage.prepare()
        var message = Samples.message(text: header + "\r\n\r\nbody")
        let facts = ["spf.result": "none", "spf.domain": "", "dkim.domains": ""].merging(known) { $1 }
        for (name, value) in facts { message.facts[name] = .string(value) }
        let before = message
        #expect(try await stage.process(&message, in: Samples.context(log: log)) == .proceed)
        // The policy is known now.
        #expect(ContractKit.faults(atOnce: stage, of: before, to: message, .proceed) == [])
        await stage.stop()
        return message.facts
    }

    @Test(
        arguments: [
            (["spf.result": "fail"], ["message fails DMARC"]),
            (["spf.result": "temperror", "spf.domain": "example.com"], ["DMARC could not be checked"]),
            (["spf.result": "pass", "spf.domain": "example.com"], []),
        ] as [([String: String], [String])])
    func `the log says what failed and what could not be checked, with the results of all checks`(
        _ known: [String: String], _ lines: [String]
    ) async throws {
        let log = LineLog()
        let reports = Dictionary(uniqueKeysWithValues: ["spf", "dkim", "arc"].map { ($0, "\($0)=some") })
        let facts = Dictionary(uniqueKeysWithValues: reports.map { ("\($0).authentication-results", $1) })
        _ = try await check("From: a@example.com", known.merging(facts) { $1 }, log: log)
        #expect(log.lines == lines)
        for line in lines {
            let said = try #require(log.metadata(of: line).first)
            #expect(said.filter { reports.keys.contains($0.key) } == reports)
            #expect(said["dmarc"]?.hasPrefix("dmarc=") == true)
        }
    }

    @Test(arguments: [
        (["a@example.com"], nil), (["a@example.com", "b@example.com"], nil),
        (["a@example.com", "b@other.example"], "example.com other.example"),
        (
            (0...10).map { "a@\($0).example.com" },
            (0..<10).map { "\($0).example.com" }.joined(separator: " ") + " and more"
        ),
    ])
    func `the log names the authors where there are several`(_ authors: [String], _ shown: String?) async throws {
        let log = LineLog()
        _ = try await check("From: " + authors.joined(separator: ", "), log: log)
        #expect(log.lines.count == 1)
        #expect(log.metadata(of: try #require(log.lines.first)).first?["authors"] == shown)
    }

    private func rows() throws -> [String] {
        defer {
            do { try FileManager.default.removeItem(at: directory) } catch { Issue.record(error) }
        }
        let folder = directory.appendingPathComponent("dmarc")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).map {
            try String(contentsOf: $0, encoding: .utf8)
        }
    }

    @Test func `keeps the contract`() async throws {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        var site = Samples.site(dataDirectory: directory.path)
        site.resolverServers = ["127.0.0.1:\(server.port)"]
        #expect(await ContractKit.violations(of: CheckDMARC.self, services: Samples.services(site)) == [])
    }

    @Test(arguments: [
        // One field fewer than the limit leaves From its place.
        (4_999, "", "fail"), (5_000, "", "permerror"), (5_001, "", "permerror"),
        (5_000, "From: b@other.example\r\n", "permerror"),
    ])
    func `a From behind more fields than are read hides nobody`(
        _ count: Int, _ first: String, _ result: String
    ) async throws {
        let flood = String(repeating: "X: y\r\n", count: count - (first.isEmpty ? 0 : 1))
        let facts = try await check(first + flood + "From: anna@example.com")
        #expect(facts[CheckDMARC.Provided.result] == result)
        #expect(facts[CheckDMARC.Provided.disposition] == "reject")
    }

    @Test func `a From behind more octets than are read hides nobody`() async throws {
        let facts = try await check("X: " + String(repeating: "y", count: 1_000_000) + "\r\nFrom: anna@example.com")
        #expect(facts[CheckDMARC.Provided.result] == "permerror")
        #expect(facts[CheckDMARC.Provided.disposition] == "reject")
    }

    /// From fields of which one reader or another shows an author at example.com.
    @Test(arguments: [
        "From: sig@sig\0ner.example.com", "From: a@example.com\0", "From: a@exam\0ple.com", "From: a@exam\u{1}ple.com",
        "From: a@exam\u{7F}ple.com", "From: a\0b@example.com", "From: \"a\0@example.com\" <x@evil.example>",
        "From: (\0 a@example.com) x@evil.example", "From: a@example.com(\u{8}) <x@evil.example>",
        "From: \"a@example.com\"", "From: \"a@example.com\" Bank", "From: (a@example.com)",
        "From: root (a@example.com)",
        "From: \"a@example.com\":;", "From: Bank: a@example.com;", "From: \"a@example.com\" <>",
        "From: x@evil.example\r\nFrom: a@example.com", "From: a@example.com\r\nFrom: x@evil.example",
        "From: x@evil.example, a@example.com", "From: <x@evil.example>\\,<a@example.com>",
        "From: a@example.com <x@evil.example>", "From: <a@example.com@evil.example>",
        "From: a@example.com@evil.example",
        "From: =?utf-8?q?a=40example.com?=", "From: =?utf-8?b?PGFAZXhhbXBsZS5jb20+?=, <x@evil.example>",
        "From: =?utf-8?b?PGFAZXhhbXBsZS5jb20+?= <x@evil.example>", "From: a@=?utf-8?q?example.com?=",
        "From: <=?utf-8?q?a=40example.com=3E?=@evil.example>", "From: <@example.com:x@evil.example>",
        "From: <@evil.example:a@example.com>", "From: a@exam(c)ple.com", "From: a@example(c).com",
        "From: a@example.com(c).evil.example", "From: a@[example.com]", "From: a@[192.0.2.1]example.com",
        "From: a@example.com.", "From: a@EXAMPLE.Com", "From: a@.example.com", "From: a@example..com",
        "From: a@example\u{200B}.com", "From: a@example。com", "From: \"a@example.com\"@evil.example",
        "From: \"x <a@example.com>", "From: x <a@example.com", "From: Bank, a@example.com", "From: a@exam ple.com",
        "Fr\0om: a@example.com", " From: a@example.com\r\nX: y", "From : a@example.com", "From\r\n : a@example.com",
        "X: y\rFrom: a@example.com", "X: y\r\nno field\r\nX: y\r\nFrom: a@example.com", "\r\nFrom: a@example.com",
        "Sender: a@example.com", "From: root\r\nResent-From: a@example.com",
    ])
    func `no way of writing an author hides it from its policy`(_ header: String) async throws {
        let evil = ["spf.result": "pass", "spf.domain": "evil.example", "dkim.domains": "evil.example"]
        let facts = try await check(header, evil)
        #expect(facts[CheckDMARC.Provided.disposition] == "reject")
        #expect(["fail", "permerror"].contains(facts[CheckDMARC.Provided.result]))
    }

    @Test func `the report says why nobody is the author`() async throws {
        let facts = try await check("From: sig@sig\0ner.example")
        #expect(facts[CheckDMARC.Provided.report] == #"dmarc=permerror reason="From has control characters""#)
        #expect(facts[CheckDMARC.Provided.domain] == "" && facts[CheckDMARC.Provided.authors] == 0)
    }

    @Test(arguments: [
        "From: \"a@example.com\" <x@evil.example>", "From: x%example.com@evil.example",
        "From: x@evil.example (example.com)",
        "From: example.com@evil.example", "From: x@example.com.evil.example", "From: Joe \"x\" <x@evil.example>",
        "From: a@[192.0.2.1]", "From: Bank:;", "From: root", "Reply-To: a@example.com",
    ])
    func `what shows no author of a domain is none of its mail`(_ header: String) async throws {
        let facts = try await check(header, ["spf.result": "pass", "spf.domain": "evil.example"])
        #expect(facts[CheckDMARC.Provided.result] == "none" && facts[CheckDMARC.Provided.disposition] == "none")
    }

    @Test(arguments: [
        ("From: a@example.com", true), ("From: a@example.com, b@example.org", false), ("From: root", false),
    ])
    func `a policy that is known is followed at once`(_ header: String, _ isAtOnce: Bool) async throws {
        let server = try LoopbackDNSServer(zone: Self.zone)
        defer { server.stop() }
        let stage = try stage(trusting: [], server: server)
        try await stage.prepare()
        var message = Samples.message(text: header + "\r\n\r\nbody")
        for (name, value) in ["spf.result": "pass", "spf.domain": "deep.mail.example.com", "dkim.domains": ""] {
            message.facts[name] = .string(value)
        }
        let before = message
        #expect(try stage.processAtOnce(&message, in: Samples.context()) == nil)
        #expect(try await stage.process(&message, in: Samples.context()) == .proceed)
        var again = before
        #expect(try stage.processAtOnce(&again, in: Samples.context()) == (isAtOnce ? .proceed : nil))
        #expect(again.facts == (isAtOnce ? message : before).facts)
        await stage.stop()
    }

    @Test func `a message without a pass is to be refused, and the report's row is kept`() async throws {
        let facts = try await check("From: Anna <anna@example.com>", ["spf.authentication-results": "spf=fail"])
        #expect(facts[CheckDMARC.Provided.result] == "fail")
        #expect(facts[CheckDMARC.Provided.domain] == "example.com")
        #expect(facts[CheckDMARC.Provided.policy] == "reject")
        #expect(facts[CheckDMARC.Provided.disposition] == "reject")
        #expect(
            facts[CheckDMARC.Provided.report]
                == #"dmarc=fail reason="p=reject sp=quarantine d=example.com" policy.dmarc=reject header.from=example.com"#
        )
        let rows = try rows()
        #expect(rows.count == 1 && rows[0].contains(#""disposition":"reject""#) && rows[0].contains("spf=fail"))
    }

    @Test(arguments: [
        ("From: a@example.com", ["spf.result": "pass", "spf.domain": "bounce.example.com"], "pass", "none"),
        ("From: a@example.com", ["spf.result": "softfail", "spf.domain": "example.com"], "fail", "reject"),
        ("From: a@example.com", ["dkim.domains": "other.example example.com"], "pass", "none"),
        ("From: a@example.com", ["spf.result": "temperror", "spf.domain": "example.com"], "temperror", "none"),
        ("From: a@example.com", ["spf.result": "temperror", "spf.domain": "evil.example"], "fail", "reject"),
        ("From: a@example.com", ["dkim.undecided": "evil.example mail.example.com"], "temperror", "none"),
        ("From: a@mail.example.com", [:], "fail", "quarantine"), ("From: a@half.example", [:], "fail", "quarantine"),
        ("From: a@broken.example", [:], "permerror", "none"), ("From: a@nobody.example", [:], "none", "none"),
        ("Subject: nobody", [:], "none", "none"), ("From: root", [:], "none", "none"),
        ("From: a@nobody.example, b@example.com", [:], "fail", "reject"),
        ("From: a@nobody.example\r\nFrom: b@example.com", [:], "fail", "reject"),
        ("From: \"a@nobody.example\" <b@example.com>", [:], "fail", "reject"),
    ])
    func `the facts say what the policy asks for`(
        _ header: String, _ known: [String: String], _ result: String, _ disposition: String
    ) async throws {
        let facts = try await check(header, known)
        #expect(facts[CheckDMARC.Provided.result] == result)
        #expect(facts[CheckDMARC.Provided.disposition] == disposition)
    }

    private static let passed = "mx.example.net; spf=fail; dmarc=pass header.from=Example.com"

    @Test(arguments: [
        (passed, "pass", "lists.example.net", "none", "arc"),
        (passed, "pass", "lists.example.net LISTS.example.net", "none", "arc"),
        (passed, "pass", "lists.example.net other.example.net", "reject", ""), (passed, "pass", "", "reject", ""),
        (passed, "fail", "lists.example.net", "reject", ""), ("", "pass", "lists.example.net", "reject", ""),
        ("mx; dmarc=pass header.from=x.example", "pass", "lists.example.net", "reject", ""),
        ("mx; dmarc=fail header.from=example.com", "pass", "lists.example.net", "reject", ""),
    ])
    func `a trusted forwarder's word spares a message`(
        _ results: String, _ arc: String, _ sealers: String, _ disposition: String, _ override: String
    ) async throws {
        let known = ["arc.result": arc, "arc.sealers": sealers, "arc.first-results": results]
        let facts = try await check("From: a@example.com", known, trusting: ["lists.example.net"])
        #expect(facts[CheckDMARC.Provided.result] == "fail")
        #expect(facts[CheckDMARC.Provided.disposition] == disposition)
        #expect(facts[CheckDMARC.Provided.override] == override)
        let words =
            override == "arc" ? "p=reject sp=quarantine d=example.com arc=pass" : "p=reject sp=quarantine d=example.com"
        #expect(facts[CheckDMARC.Provided.report]?.contains("reason=\"\(words)\"") == true)
        let unasked = try await check("From: a@example.com", known)
        #expect(unasked[CheckDMARC.Provided.disposition] == "reject", "nobody is trusted unasked")
    }

    @Test(arguments: [
        ("From: a@example.com", "lists.example.net", true), ("From: a@example.com", "LISTS.example.net", true),
        ("From: a@example.com", "lists.example.net other.example.net", false), ("From: a@example.com", "", false),
        ("From: a@watched.example", "lists.example.net", false),
    ])
    func `a message that a trusted forwarder may have sealed is undecided while that cannot be checked`(
        _ header: String, _ sealers: String, _ isUndecided: Bool
    ) async throws {
        let known = ["arc.result": "fail", "arc.undecided": sealers]
        let facts = try await check(header, known, trusting: ["lists.example.net"])
        #expect(facts[CheckDMARC.Provided.result] == (isUndecided ? "temperror" : "fail"))
        if isUndecided {
            #expect(facts[CheckDMARC.Provided.disposition] == "none" && facts[CheckDMARC.Provided.override] == "")
            #expect(facts[CheckDMARC.Provided.report]?.contains("seals of \(sealers) not checked for now") == true)
        }
        let unasked = try await check(header, known)
        #expect(unasked[CheckDMARC.Provided.result] == "fail", "nobody is trusted unasked")
    }

    @Test func `no forwarder's word spares a message that nobody can attribute`() async throws {
        let crowd = (0..<11).map { "a@d\($0).nobody.example" }.joined(separator: ", ")
        for header in ["From: \(crowd)", "From: a@d0.nobody.example\u{1}"] {
            let known = [
                "arc.result": "pass", "arc.sealers": "lists.example.net",
                "arc.first-results": "mx; dmarc=pass header.from=d0.nobody.example",
            ]
            let facts = try await check(header, known, trusting: ["lists.example.net"])
            #expect(facts[CheckDMARC.Provided.result] == "permerror")
            #expect(facts[CheckDMARC.Provided.disposition] == "reject")
            #expect(facts[CheckDMARC.Provided.override] == "")
        }
    }

    @Test func `without the Public Suffix List it does not start`() async throws {
        var site = Samples.site(dataDirectory: directory.path)
        site.publicSuffixes = "/nonexistent/list"
        var settings = settings([])
        let stage = try CheckDMARC(configuration: .init(from: &settings), services: Samples.services(site))
        await #expect(throws: FileError.self) { try await stage.prepare() }
    }

    @Test func `another version of the site has its own Public Suffix List`() async throws {
        let services = Samples.services(Samples.site(dataDirectory: directory.path))
        var settings = settings([])
        let first = try CheckDMARC(configuration: .init(from: &settings), services: services)
        try await first.prepare()
        var site = services.site
        site.publicSuffixes = "/nonexistent/list"
        let second = try CheckDMARC(configuration: .init(from: &settings), services: services.serving(site))
        await #expect(throws: FileError.self) { try await second.prepare() }
        await first.stop()
    }
}
