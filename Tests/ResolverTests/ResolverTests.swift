import DemoDNS
import Resolver
import Testing

/// The resolver against a real server on the loopback interface.
@Suite struct ResolverTests {
    private static let zone = DNSZone([
        "host.example": [.address(.v4(0xC000_0201)), .address(.v6(high: 0x2001_0DB8_0000_0000, low: 1))],
        "mail.example": [.mx(preference: 10, exchange: "host.example"), .mx(preference: 20, exchange: "b.example")],
        "alias.example": [.cname("host.example")],
        "loop.example": [.cname("loop.example")],
        "1.2.0.192.in-addr.arpa": [.ptr("host.example")],
        "_25._tcp.host.example": [.tlsa(usage: 3, selector: 1, matching: 1, data: [1, 2, 3])],
        "big.example": (0..<40).map { .text("\($0) " + String(repeating: "x", count: 200)) },
    ])

    @Test(arguments: [
        ("host.example", RecordType.a, DNSAnswer.records([.address(.v4(0xC000_0201))])),
        ("HOST.example.", .aaaa, .records([.address(.v6(high: 0x2001_0DB8_0000_0000, low: 1))])),
        (
            "mail.example", .mx,
            .records([.mx(preference: 10, exchange: "host.example"), .mx(preference: 20, exchange: "b.example")])
        ),
        ("alias.example", .a, .records([.address(.v4(0xC000_0201))])),
        ("alias.example", .cname, .records([.cname("host.example")])),
        ("1.2.0.192.in-addr.arpa", .ptr, .records([.ptr("host.example")])),
        (
            "_25._tcp.host.example", .tlsa,
            .records([.tlsa(usage: 3, selector: 1, matching: 1, data: [1, 2, 3])])
        ),
        ("host.example", .mx, .noData),
        ("_tcp.host.example", .a, .noData),
        ("nobody.example", .a, .noSuchName),
        ("alias.example", .txt, .noData),
    ])
    func `an answer is what the zone holds`(name: String, type: RecordType, answer: DNSAnswer) async throws {
        try await withResolver { resolver, _ in
            #expect(await resolver.query(name, type) == answer)
        }
    }

    @Test func `an answer too long for a datagram comes over TCP`() async throws {
        try await withResolver { resolver, _ in
            guard case .records(let records) = await resolver.query("big.example", .txt) else {
                Issue.record("no records")
                return
            }
            #expect(records.count == 40)
        }
    }

    @Test func `an answer is asked for once and remembered`() async throws {
        try await withResolver { resolver, server in
            for _ in 0..<5 { _ = await resolver.query("host.example", .a) }
            for _ in 0..<5 { _ = await resolver.query("nobody.example", .a) }
            #expect(server.questions == 2)
            #expect(resolver.cachedAnswers == 2)
        }
    }

    @Test func `the first answer says as long as later ones until when it is remembered`() async throws {
        try await withResolver { resolver, _ in
            for (name, type) in [("host.example", RecordType.a), ("nobody.example", .a)] {
                let first = await resolver.queryWithExpiry(name, type).expiry
                #expect(first.map { $0 > .now } == true)
                #expect(await resolver.queryWithExpiry(name, type).expiry == first)
            }
            #expect(await resolver.queryWithExpiry("loop.example", .a).expiry == nil)
        }
    }

    @Test func `questions are counted by what they came to, and those answered from memory apart`() async throws {
        try await withResolver { resolver, _ in
            let questions: [(String, RecordType)] = [
                ("host.example", .a), ("host.example", .mx), ("nobody.example", .a), ("loop.example", .a), ("", .a),
            ]
            for _ in 0..<3 { for (name, type) in questions { _ = await resolver.query(name, type) } }
            let metrics = resolver.metrics
            let counts = ResolverMetrics.Outcome.allCases.map { metrics[$0].count }
            #expect(counts == [1, 1, 1, 3, 0], "a failure is asked for again, and what cannot be asked for is not")
            #expect(metrics.cacheHits == 6)
            #expect(metrics[.records].time > .zero && metrics[.malformed].time == .zero)
        }
    }

    @Test func `equal questions at the same time are sent once`() async throws {
        try await withResolver { resolver, server in
            await withTaskGroup(of: DNSAnswer.self) { group in
                for _ in 0..<100 { group.addTask { await resolver.query("host.example", .a) } }
                for await answer in group { #expect(answer == .records([.address(.v4(0xC000_0201))])) }
            }
            #expect(server.questions == 1)
        }
    }

    @Test func `a name that no question can ask for is malformed`() async throws {
        try await withResolver { resolver, server in
            for name in ["", ".", "a..example", String(repeating: "x", count: 64) + ".example"] {
                guard case .malformed = await resolver.query(name, .a) else {
                    Issue.record("\(name) was asked for")
                    continue
                }
            }
            #expect(server.questions == 0)
        }
    }

    @Test func `a loop of aliases is an error`() async throws {
        try await withResolver { resolver, _ in
            guard case .temporaryFailure = await resolver.query("loop.example", .a) else {
                Issue.record("the loop was answered")
                return
            }
        }
    }

    private func withResolver(
        _ body: (DNSResolver, LoopbackDNSServer) async throws -> Void
    ) async throws {
        let server = try LoopbackDNSServer(zone: ResolverTests.zone)
        let servers = [ResolverConfiguration.Server(.v4(0x7F00_0001), port: server.port)]
        let resolver = try DNSResolver(configuration: ResolverConfiguration(servers: servers))
        try await body(resolver, server)
        resolver.close()
        server.stop()
    }
}
