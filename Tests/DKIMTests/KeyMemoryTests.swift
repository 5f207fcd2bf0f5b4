import AgeingResolver
import DKIM
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

    @Test func `what is no key is asked for each time`() async throws {
        let resolver = AgeingResolver(
            DNSZone(["s1._domainkey.example.com": [.text("v=DKIM1; p=")]]), lifetime: .seconds(3_600))
        let keys = KeyStore(resolver: resolver)
        for _ in 0..<2 { await #expect(throws: Rejection.self) { try await keys.record(query()).get() } }
        #expect(resolver.questions == 2)
    }
}
