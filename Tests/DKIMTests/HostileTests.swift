import AuthenticationResults
import Bytes
import DKIM
import Resolver
import Testing

/// What strangers send to cost us time and memory: a clear result, and work within the limits.
@Suite struct HostileTests {
    private static let mail = String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)

    @Test(arguments: [(10, 10), (11, 11), (1_500, 11)])
    func `of many signatures ten are looked at`(_ count: Int, _ outcomes: Int) async throws {
        let signing = try Signing()
        let content = try await signing.signed()
        let field = content.prefix(content.count - Self.mail.count)
        let found = try await signing.verify(String(repeating: String(field), count: count) + Self.mail)
        #expect(found.count == outcomes)
        #expect(found.prefix(10).allSatisfy { $0.result == .pass })
        #expect(count == 10 || found.last?.result == .policy)
    }

    @Test func `a hundred signatures cost ten look-ups`() async throws {
        let resolver = CountingResolver()
        let verifier = DKIMVerifier(keys: KeyStore(resolver: resolver), threads: Signing.threads)
        let fields = (0..<100).map {
            "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s\($0); h=from; bh=AAAA; b=AAAA\r\n"
        }
        let outcomes = try await verifier.verify(Octets(Array((fields.joined() + Self.mail).utf8)), at: Signing.now)
        #expect(resolver.questions == 10 && outcomes.count == 11)
    }

    @Test func `a signature folded without end is refused`() async throws {
        let fold = String(repeating: "\r\n ", count: 100_000)
        let outcomes = try await Signing().verify("DKIM-Signature: v=1;\(fold) a=rsa-sha256\r\n" + Self.mail)
        #expect(outcomes.map(\.result) == [.neutral])
        #expect(outcomes.first?.reason.contains("longer") == true)
    }

    @Test(arguments: [(4_994, DKIMResult.pass), (4_995, .permerror)])
    func `a header beyond the limit of fields is not looked at`(_ count: Int, _ expected: DKIMResult) async throws {
        let signing = try Signing()
        let outcomes = try await signing.verify(String(repeating: "X: y\r\n", count: count) + signing.signed())
        #expect(outcomes.map(\.result) == [expected])
    }

    @Test func `a field of a megabyte is not looked at`() async throws {
        let signing = try Signing()
        let long = "X: " + String(repeating: "y", count: HeaderFields.maximumLength) + "\r\n"
        #expect(try await signing.verify(long + signing.signed()).map(\.result) == [.permerror])
    }

    @Test(arguments: [0, 1_000, 16_385, 1_000_000, 4_000_000])
    func `a key record of any size has an answer`(_ size: Int) async throws {
        var signing = try Signing()
        let content = try await signing.signed()
        let junk = String(repeating: "A", count: size)
        signing.zone = DNSZone(["s1._domainkey.example.com": [.text("v=DKIM1; k=ed25519; p=\(junk)")]])
        let outcomes = try await signing.verify(content)
        #expect(outcomes.count == 1 && outcomes[0].result != .pass && !outcomes[0].reason.isEmpty)
    }

    @Test func `a thousand names are signed, and one more is refused`() async throws {
        let signing = try Signing()
        for (count, expected) in [(1_000, DKIMResult.pass), (1_001, .neutral)] {
            let names = "from" + String(repeating: ":x", count: count - 1)
            let field = try await signing.field(signing.tags(changing: ["h": names]))
            #expect(try await signing.verify(field + Self.mail).map(\.result) == [expected])
        }
    }

    @Test(arguments: ["", "\r\n", "DKIM-Signature:", "DKIM-Signature:\r\n\r\n", ":\r\n", "DKIM-Signature: b=\r\n"])
    func `a signature over nothing has an answer`(_ content: String) async throws {
        let outcomes = try await Signing().verify(content)
        #expect(outcomes.allSatisfy { $0.result == .neutral })
        #expect(outcomes.isEmpty == !content.hasPrefix("DKIM"))
    }

    @Test func `words of strangers cannot leave their place in a report`() async throws {
        let evil = "DKIM-Signature: v=1; a=x\"; b=\"y; d=a\"b.example; s=\u{1}; i=\";dkim=pass\r\n"
        for outcome in try await Signing().verify(evil + Self.mail) {
            #expect(!SignatureOutcome.report(of: [outcome]).contains("dkim=pass"))
            #expect(!SignatureOutcome.report(of: [outcome]).contains("\r"))
        }
    }

    @Test func `mutated mail is never accepted unless its signed parts are whole`() async throws {
        let signing = try Signing()
        let good = Array(try await signing.signed().utf8)
        var random = SeededRandom(seed: 6_376)
        let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(signing.zone)), threads: Signing.threads)
        var passed = 0
        for _ in 0..<4_000 {
            var octets = good
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let place = Int.random(in: octets.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.remove(at: place)
                case 2: octets.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default:
                    let end = min(place + Int.random(in: 1..<40, using: &random), octets.count)
                    octets.insert(contentsOf: octets[place..<end], at: place)
                }
            }
            let outcomes = try await verifier.verify(Octets(octets), at: Signing.now)
            if outcomes.contains(where: { $0.result == .pass }) {
                passed += 1
                #expect(Self.essence(octets) == Self.essence(good))
            }
        }
        // White space at the ends of lines and in folded values may change: some mutants pass, most must not.
        #expect(passed > 0 && passed < 800)
    }

    /// What the relaxed form protects of the text: everything but white space and the letter case of names.
    private static func essence(_ octets: [UInt8]) -> [UInt8] {
        let header = HeaderFields(of: Octets(octets))
        let names = ["from", "to", "subject", "date", "message-id"]
        var kept = names.flatMap { name in
            header.all(name).flatMap { header.octets[$0.valueStart..<$0.range.upperBound] }
        }
        kept += octets[header.bodyStart...]
        return kept.filter { ![0x20, 0x09, 0x0D, 0x0A].contains($0) }
    }
}
