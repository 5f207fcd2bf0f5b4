import ARC
import Bytes
import DKIM
import Files
import Resolver
import Testing

/// Chains that strangers send to cost us time, and chains of our own that were tampered with.
@Suite struct HostileTests {
    private static let threads = BlockingThreads(count: 1)
    private static let now = Timestamp(seconds: 1_700_000_000)
    private static let mail = "From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n"
    /// The Ed25519 key of RFC 8463, appendix A.1.
    private static let pem = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----
        """

    private func validate(_ text: String) async throws -> ARCOutcome {
        let key = try SigningKey(pem: Self.pem)
        let zone = DNSZone(["s._domainkey.example.org": [.text(key.record)]])
        let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(zone)), threads: Self.threads)
        return try await ARCValidator(verifier).validate(Octets(Array(text.utf8)), at: Self.now)
    }

    @Test func `a chain whose keys nobody can fetch for now fails, and is undecided`() async throws {
        let text = Octets(Array(try await sealed(2).utf8))
        var zone = DNSZone()
        zone.silence("s._domainkey.example.org")
        for (zone, undecided) in [(zone, ["example.org", "example.org"]), (DNSZone(), [])] {
            let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(zone)), threads: Self.threads)
            let outcome = try await ARCValidator(verifier).validate(text, at: Self.now)
            #expect(outcome.result == .fail && outcome.undecided == undecided)
            #expect(outcome.sealers.isEmpty && outcome.firstResults.isEmpty)
            #expect(outcome.reason.contains("key s._domainkey.example.org: ") == !undecided.isEmpty)
        }
    }

    /// The mail with so many sets, or as many as may be.
    private func sealed(_ count: Int) async throws -> String {
        let sealer = ARCSealer(
            domain: "example.org", selector: "s", key: try SigningKey(pem: Self.pem), threads: Self.threads)
        var text = Self.mail
        for number in 0..<count {
            let fields = try await sealer.seal(
                Octets(Array(text.utf8)), below: [], host: "mx.example.org", results: ["spf=pass", "dkim=none"],
                status: number == 0 ? .none : .pass, at: Self.now)
            text = fields.joined() + text
        }
        return text
    }

    @Test(arguments: [(0, 0), (1, 1), (3, 3), (50, 50), (51, 50)])
    func `our own chains pass up to fifty sets, and then none is added`(_ count: Int, _ sets: Int) async throws {
        let outcome = try await validate(try await sealed(count))
        #expect(outcome.result == (count == 0 ? .none : .pass), "\(outcome.reason)")
        #expect(outcome.instances == sets && outcome.oldestPass == 0 && outcome.sealers.count == sets)
        #expect(outcome.firstResults == (count == 0 ? "" : "mx.example.org; spf=pass; dkim=none"))
    }

    @Test(arguments: [(4_997, ARCResult.none), (4_998, .fail)])
    func `a header without seals is read up to the limit of fields`(_ count: Int, _ expected: ARCResult) async throws {
        let outcome = try await validate(String(repeating: "X: y\r\n", count: count) + Self.mail)
        #expect(outcome.result == expected && outcome.instances == 0)
    }

    @Test func `a header without seals that is too long is not read`() async throws {
        let fold = String(repeating: "x", count: 900) + "\r\n "
        let outcome = try await validate("X: " + String(repeating: fold, count: 1_200) + "\r\n" + Self.mail)
        #expect(outcome.result == .fail && outcome.reason == HeaderFields.excess)
    }

    @Test(arguments: ["ARC-Seal", "arc-seal ", "Arc-Message-Signature", "aRC-aUTHENTICATION-rESULTS"], [0, 1, 3])
    func `one field of a set is seen wherever it stands`(_ name: String, _ place: Int) async throws {
        var lines = Self.mail.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        lines.insert("\(name): i=1; x", at: place)
        #expect(try await validate(lines.joined(separator: "\r\n")).result == .fail)
        // In the body it says nothing.
        #expect(try await validate(Self.mail + "\(name): i=1; x\r\n").result == .none)
    }

    @Test(arguments: [
        ("Hello", "Bye"), ("spf=pass", "spf=fail"), ("cv=pass", "cv=none"), ("i=2", "i=3"), ("i=1", "i=01x"),
        ("From: a", "From: c@example.com\r\nFrom: a"), ("d=example.org", "d=example.net"), ("ARC-Seal", "X-Seal"),
    ])
    func `a chain that was changed fails`(_ old: String, _ new: String) async throws {
        let text = try await sealed(2)
        #expect(text.contains(old))
        #expect(try await validate(text.replacing(old, with: new, maxReplacements: 1)).result == .fail)
    }

    @Test func `a message that was changed between two seals says since when it is whole`() async throws {
        let first = try await sealed(1).replacing("Hello", with: "Hello, list")
        let sealer = ARCSealer(
            domain: "example.org", selector: "s", key: try SigningKey(pem: Self.pem), threads: Self.threads)
        let fields = try await sealer.seal(
            Octets(Array(first.utf8)), below: [], host: "mx.example.org", results: [], status: .pass, at: Self.now)
        let outcome = try await validate(fields.joined() + first)
        #expect(outcome.result == .pass && outcome.oldestPass == 2)
    }

    @Test(arguments: ["ARC-Seal: i=1\r\n", "ARC-Message-Signature: i=1\r\n", "ARC-Authentication-Results: i=1\r\n"])
    func `thousands of fields fail before anybody is asked`(_ field: String) async throws {
        let outcome = try await validate(String(repeating: field, count: 4_000) + Self.mail)
        #expect(outcome.result == .fail && !outcome.reason.isEmpty)
    }

    @Test func `no cut and no repetition of a chain is taken for a good one`() async throws {
        let text = try await sealed(2)
        let good = Array(text.utf8)
        let end = good.count - Self.mail.utf8.count
        for place in stride(from: 0, to: end, by: 7) {
            let cut = Array(good[..<place] + good[min(place + 5, end)...])
            let outcome = try await validate(String(decoding: cut, as: UTF8.self))
            if outcome.result == .pass {
                // Only what no seal covers may go: white space within the newest signature.
                #expect(cut.filter { $0 > 0x20 } == good.filter { $0 > 0x20 })
            }
        }
    }
}
