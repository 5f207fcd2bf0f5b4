import AgeingResolver
import Bytes
import DKIM
import Files
import Resolver
import Testing

/// Keys that are remembered: as long as the answers with them hold, and for nothing else.
@Suite struct KeyMemoryTests {
    private func query(
        _ selector: String = "s1", _ domain: String = "example.com", _ algorithm: SignatureAlgorithm = .ed25519SHA256
    ) throws -> KeyQuery {
        KeyQuery(selector: selector, domain: try #require(DomainName(domain)), algorithm: algorithm)
    }

    @Test(arguments: [(Duration.seconds(3_600), 1), (.zero, 3), (nil, 3)])
    func `a key is asked for once as long as its answer holds`(_ lifetime: Duration?, _ questions: Int) async throws {
        let resolver = AgeingResolver(try Signing().zone, lifetime: lifetime)
        let keys = KeyStore(resolver: resolver)
        for _ in 0..<3 { _ = try await keys.record(query()).get() }
        #expect(resolver.questions == questions)
    }

    @Test func `another selector, domain or algorithm has another key`() async throws {
        let resolver = AgeingResolver(try Signing().zone, lifetime: .seconds(3_600))
        let keys = KeyStore(resolver: resolver)
        _ = try await keys.record(query()).get()
        for other in [try query("s2"), try query("s1", "example.org"), try query("s1", "example.com", .rsaSHA256)] {
            await #expect(throws: Rejection.self) { try await keys.record(other).get() }
        }
        #expect(resolver.questions == 4)
    }

    @Test(.enabled(if: DKIMSamples.arePublishedAvailable, "the DKIM samples are not in SLUICE_SUITES"))
    func `a message is verified at once, with the same outcome, when its keys are known`() async throws {
        for sample in try DKIMSamples.all(in: DKIMSamples.folder) {
            let resolver = AgeingResolver(sample.zone, lifetime: .seconds(3_600))
            let verifier = DKIMVerifier(keys: KeyStore(resolver: resolver), threads: BlockingThreads(count: 1))
            let then = Timestamp(seconds: 1_667_843_700)
            #expect(verifier.verifyAtOnce(sample.content, at: then) == nil, "\(sample.name)")
            let outcomes = try await verifier.verify(sample.content, at: then)
            let asked = resolver.questions
            #expect(verifier.verifyAtOnce(sample.content, at: then) == outcomes, "\(sample.name)")
            #expect(resolver.questions == asked && !outcomes.isEmpty)
            let changed = Octets(sample.content.array + Array("more\r\n".utf8))
            #expect(verifier.verifyAtOnce(changed, at: then)?.contains { $0.result == .fail } == true)
            let large = Octets(sample.content.array + Array(repeating: 0x61, count: BodyHashing.inlineLimit))
            #expect(verifier.verifyAtOnce(large, at: then) == nil, "it is long work")
        }
    }

    @Test func `what is no key is asked for each time`() async throws {
        let resolver = AgeingResolver(
            DNSZone(["s1._domainkey.example.com": [.text("v=DKIM1; p=")]]), lifetime: .seconds(3_600))
        let keys = KeyStore(resolver: resolver)
        for _ in 0..<2 { await #expect(throws: Rejection.self) { try await keys.record(query()).get() } }
        #expect(resolver.questions == 2)
    }
}
