import AuthenticationResults
import Bytes
import DKIM
import Resolver
import Testing

/// What each tag and each kind of key makes of a signature that is right otherwise.
@Suite struct VerificationTests {
    private func outcome(
        _ changes: [String: String?], bodyLength: Int64? = nil, at now: Timestamp = Signing.now
    ) async throws -> SignatureOutcome {
        let signing = try Signing()
        var changes = changes
        if let bodyLength { changes["l"] = String(bodyLength) }
        let field = try await signing.field(signing.tags(bodyLength: bodyLength, changing: changes))
        let content = field + String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)
        return try #require(try await signing.verify(content, at: now).first)
    }

    @Test func `the signature that the other tests change passes`() async throws {
        let outcome = try await outcome([:])
        #expect(outcome.result == .pass && outcome.domain == "example.com" && outcome.selector == "s1")
        #expect(SignatureOutcome.report(of: [outcome]).hasPrefix("dkim=pass header.d=example.com"))
    }

    @Test(
        arguments: [
            (["v": nil], .neutral), (["v": "2"], .neutral), (["a": nil], .neutral), (["a": "rsa-sha1"], .policy),
            (["a": "ed448-sha256"], .neutral), (["bh": nil], .neutral), (["bh": "AAAA"], .fail),
            (["c": "nofws"], .neutral),
            (["d": nil], .neutral), (["d": "."], .neutral), (["s": nil], .neutral), (["s": "a b"], .neutral),
            (["s": "other"], .permerror), (["h": nil], .neutral), (["h": "to:subject"], .permerror),
            (["h": "from::to"], .neutral), (["h": "From : To"], .pass), (["i": "joe@sub.example.com"], .pass),
            (["i": "@example.org"], .permerror), (["i": "x"], .neutral), (["i": "@notexample.com"], .permerror),
            (["q": "dns/txt"], .pass), (["q": "x:dns/txt"], .pass), (["q": "http"], .neutral), (["t": "1"], .pass),
            (["t": "x"], .neutral), (["x": "1700000001"], .pass), (["x": "1700000000"], .policy),
            (["t": "5", "x": "5"], .neutral), (["l": "x"], .neutral), (["l": "99999"], .permerror),
            (["z": "anything"], .pass),
        ] as [([String: String?], DKIMResult)])
    func `each tag is looked at`(_ changes: [String: String?], _ expected: DKIMResult) async throws {
        let outcome = try await outcome(changes)
        #expect(outcome.result == expected, "\(changes): \(outcome.reason)")
    }

    @Test(
        arguments: [(0, .policy), (10, .policy), (53, .policy), (54, .pass), (55, .permerror)] as [(Int64, DKIMResult)])
    func `a signature over a part of the body is not accepted`(_ length: Int64, _ expected: DKIMResult) async throws {
        let outcome = try await outcome([:], bodyLength: length)
        #expect(outcome.result == expected, "\(outcome.reason)")
    }

    @Test(
        arguments: [
            ("v=DKIM1; k=ed25519; p=KEY", .pass), ("k=ed25519; p=KEY; n=no version; x=y", .pass),
            ("k=ed25519; v=DKIM1; p=KEY", .permerror), ("v=DKIM2; k=ed25519; p=KEY", .permerror),
            ("v=DKIM1; p=KEY", .permerror), ("v=DKIM1; k=ed25519; p=", .permerror), ("v=DKIM1; k=ed25519", .permerror),
            ("v=DKIM1; k=ed25519; p=AAAA", .permerror), ("v=DKIM1; k=ed25519; p=?", .permerror),
            ("v=DKIM1; k=ed25519; h=sha1; p=KEY", .permerror), ("v=DKIM1; k=ed25519; h=sha1:sha256; p=KEY", .pass),
            ("v=DKIM1; k=ed25519; s=tlsrpt; p=KEY", .permerror), ("v=DKIM1; k=ed25519; s=x:email; p=KEY", .pass),
            ("v=DKIM1; k=ed25519; s=*; p=KEY", .pass), ("v=DKIM1; k=ed25519; t=y; p=KEY", .neutral),
            ("v=DKIM1; k=ed25519; t=s; p=KEY", .pass), ("spam", .permerror),
        ] as [(String, DKIMResult)])
    func `each tag of a key record is looked at`(_ record: String, _ expected: DKIMResult) async throws {
        var signing = try Signing()
        let content = try await signing.signed()
        let key = signing.key.record.split(separator: "p=").last ?? ""
        signing.zone = DNSZone(["s1._domainkey.example.com": [.text(record.replacing("KEY", with: key))]])
        let outcomes = try await signing.verify(content)
        #expect(outcomes.map(\.result) == [expected], "\(outcomes.map(\.reason))")
    }

    @Test(arguments: [
        ("b\u{FC}cher.example", "s1", "j\u{F6}rg@post.b\u{FC}cher.example", DKIMResult.pass),
        ("B\u{DC}CHER.example", "S1", "@XN--BCHER-KVA.example", .pass),
        ("b\u{FC}cher.example", "s1", "@b\u{FC}cher.example.org", .permerror),
        ("\u{202E}.example", "s1", "@a", .neutral),
    ])
    func `names in their own letters are those that the DNS has`(
        domain: String, selector: String, identity: String, expected: DKIMResult
    ) async throws {
        let signing = try Signing(domain: "xn--bcher-kva.example")
        let tags = signing.tags(changing: ["d": domain, "s": selector, "i": identity])
        let content =
            try await signing.field(tags) + String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)
        let outcome = try #require(try await signing.verify(content).first)
        #expect(outcome.result == expected, "\(outcome.reason)")
        if expected == .pass { #expect(outcome.domain == "xn--bcher-kva.example") }
    }

    @Test func `a strict key does not sign for names below`() async throws {
        var signing = try Signing()
        signing.zone = DNSZone(["s1._domainkey.example.com": [.text(signing.key.record + "; t=s")]])
        let field = try await signing.field(signing.tags(changing: ["i": "a@sub.example.com"]))
        let content = field + String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)
        #expect(try await signing.verify(content).map(\.result) == [.permerror])
    }

    @Test func `a weak key and one of another kind do not count`() async throws {
        // A key of 512 bits, made for this test.
        let weak =
            "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIWmlgix/84GJ+dfgjm7LTc9EPdfkftlgiPpCq4/kbDAZmU0VvYKDljjleJ1dfvS+CGy9U/kk1tG3EeEvb82xAcCAwEAAQ=="
        var signing = try Signing()
        let field = try await signing.field(signing.tags(changing: ["a": "rsa-sha256"]))
        let content = field + String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)
        signing.zone = DNSZone(["s1._domainkey.example.com": [.text("v=DKIM1; p=\(weak)")]])
        let outcomes = try await signing.verify(content)
        #expect(outcomes.map(\.result) == [.policy] && outcomes.first?.reason.contains("1024 bits") == true)
    }

    @Test func `a DNS that does not answer is temperror, and of several records the first key counts`() async throws {
        var signing = try Signing()
        let content = try await signing.signed()
        signing.zone = DNSZone(["s1._domainkey.example.com": [.text("v=spf1 -all"), .text(signing.key.record)]])
        #expect(try await signing.verify(content).map(\.result) == [.pass])
        signing.zone = DNSZone()
        #expect(try await signing.verify(content).map(\.result) == [.permerror])
        signing.zone.silence("s1._domainkey.example.com")
        #expect(try await signing.verify(content).map(\.result) == [.temperror])
    }
}
