import DemoDNS
import Resolver
import Testing

/// Servers, and strangers in their place, that send something else than the answer.
@Suite struct LyingServerTests {
    private typealias Lie = @Sendable ([UInt8]) -> [UInt8]

    private static let zone = DNSZone(["host.example": [.address(.v4(0xC000_0201))]])
    private static let truth = DNSAnswer.records([.address(.v4(0xC000_0201))])

    private static func changed(_ octets: [UInt8], at index: Int, _ change: (UInt8) -> UInt8) -> [UInt8] {
        var octets = octets
        octets[index] = change(octets[index])
        return octets
    }

    /// What a resolver hears of a server that lies a number of times, and then of good ones.
    private func ask(
        lies count: Int, deadline: Duration = .seconds(30), goodServers: [LoopbackDNSServer] = [], _ lie: @escaping Lie
    ) async throws -> (answer: DNSAnswer, questions: Int) {
        let server = try LoopbackDNSServer(zone: Self.zone) { reply, number in number < count ? lie(reply) : reply }
        defer { server.stop() }
        var configuration = ResolverConfiguration(
            servers: ([server] + goodServers).map { .init(.v4(0x7F00_0001), port: $0.port) })
        configuration.attemptTimeout = .milliseconds(200)
        configuration.attempts = 5
        configuration.deadline = deadline
        let resolver = try DNSResolver(configuration: configuration)
        defer { resolver.close() }
        return (await resolver.query("host.example", .a), server.questions)
    }

    /// What a stranger may try who does not see the question.
    private static let guesses: [(name: String, lie: Lie)] = [
        ("another id", { changed($0, at: 1) { $0 ^ 1 } }),
        (
            "another question",
            { reply in
                let evil = Array("evil".utf8)
                let starts = reply.indices.filter { reply[$0...].starts(with: Array("host".utf8)) }
                return starts.reduce(reply) { $0.replacing($0[$1..<$1 + 4], with: evil) }
            }
        ),
        ("three octets", { Array($0.prefix(3)) }),
    ]

    @Test(arguments: guesses.indices)
    func `what does not belong to the question is passed over, and the next answer counts`(index: Int) async throws {
        let result = try await ask(lies: 1, Self.guesses[index].lie)
        #expect(result.answer == Self.truth, "\(Self.guesses[index].name)")
        #expect(result.questions >= 2, "\(Self.guesses[index].name)")
    }

    @Test(arguments: guesses.indices)
    func `nothing but lies is no answer`(index: Int) async throws {
        let result = try await ask(lies: .max, deadline: .seconds(2), Self.guesses[index].lie)
        if case .temporaryFailure = result.answer { return }
        Issue.record("\(Self.guesses[index].name): \(result.answer)")
    }

    @Test(arguments: UInt64(1)...8)
    func `garbage behind the right id is never taken for records`(seed: UInt64) async throws {
        let result = try await ask(lies: .max, deadline: .seconds(2)) { reply in
            var random = SeededRandom(seed: seed)
            return Array(reply.prefix(2)) + (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        if case .records = result.answer { Issue.record("\(result.answer)") }
    }

    @Test(arguments: [UInt8(2), 4, 5])
    func `where the first server fails, does not know how or refuses, the second answers`(code: UInt8) async throws {
        let good = try LoopbackDNSServer(zone: Self.zone)
        defer { good.stop() }
        let result = try await ask(lies: .max, goodServers: [good]) { reply in
            Self.changed(reply, at: 3) { $0 & 0xF0 | code }
        }
        #expect(result.answer == Self.truth && result.questions > 0 && good.questions == 1)
    }

    @Test func `an answer that says it was cut short is asked for again over TCP`() async throws {
        let result = try await ask(lies: .max) { Self.changed($0, at: 2) { $0 | 0x02 } }
        #expect(result.answer == Self.truth && result.questions == 2)
    }

    @Test func `answers that strangers make huge fill the cache no further than its octets`() async throws {
        var zone = DNSZone()
        for number in 0..<100 { zone.add(.text(String(repeating: "x", count: 30_000)), at: "h\(number).example") }
        let server = try LoopbackDNSServer(zone: zone)
        defer { server.stop() }
        var configuration = ResolverConfiguration(servers: [.init(.v4(0x7F00_0001), port: server.port)])
        configuration.cacheOctets = 1_000_000
        configuration.attemptTimeout = .seconds(10)
        configuration.deadline = .seconds(60)
        let resolver = try DNSResolver(configuration: configuration)
        defer { resolver.close() }
        for number in 0..<100 {
            guard case .records = await resolver.query("h\(number).example", .txt) else {
                Issue.record("no answer for \(number)")
                return
            }
            #expect(resolver.cachedOctets <= 1_000_000)
        }
        #expect(resolver.cachedOctets > 400_000 && resolver.cachedAnswers < 34)
    }
}
