import DemoDNS
import Resolver
import Testing

/// Servers that fail, stay silent or come back, and callers that leave.
@Suite struct FailureTests {
    private static let zone: DNSZone = {
        var zone = DNSZone(["host.example": [.address(.v4(0xC000_0201))]])
        zone.silence("silent.example")
        return zone
    }()

    private func resolver(
        _ servers: [LoopbackDNSServer], _ change: (inout ResolverConfiguration) -> Void = { _ in }
    ) throws -> DNSResolver {
        var configuration = ResolverConfiguration(servers: servers.map { .init(.v4(0x7F00_0001), port: $0.port) })
        configuration.attemptTimeout = .milliseconds(200)
        change(&configuration)
        return try DNSResolver(configuration: configuration)
    }

    @Test func `the second server answers where the first is gone`() async throws {
        var mute = DNSZone()
        mute.silence("host.example")  // for the moment that it takes to stop
        let gone = try LoopbackDNSServer(zone: mute)
        let good = try LoopbackDNSServer(zone: FailureTests.zone)
        gone.stop()
        let resolver = try resolver([gone, good])
        #expect(await resolver.query("host.example", .a) == .records([.address(.v4(0xC000_0201))]))
        resolver.close()
        good.stop()
    }

    @Test func `the second server answers where the first is silent`() async throws {
        var mute = DNSZone()
        mute.silence("host.example")
        let silent = try LoopbackDNSServer(zone: mute)
        let good = try LoopbackDNSServer(zone: FailureTests.zone)
        let resolver = try resolver([silent, good])
        #expect(await resolver.query("host.example", .a) == .records([.address(.v4(0xC000_0201))]))
        #expect(silent.questions > 0)
        resolver.close()
        silent.stop()
        good.stop()
    }

    /// A server that answers every question with a code in place of records.
    private func refuser(_ code: UInt8) throws -> LoopbackDNSServer {
        try LoopbackDNSServer(zone: FailureTests.zone) { reply, _ in
            var reply = reply
            reply[3] = reply[3] & 0xF0 | code
            return reply
        }
    }

    @Test(arguments: [(UInt8(1), "server answered FORMERR"), (2, "SERVFAIL"), (4, "NOTIMP"), (5, "REFUSED")])
    func `the second server answers where the first refuses, and where all do they are named with what they said`(
        code: UInt8, words: String
    ) async throws {
        let servers = try [refuser(code), LoopbackDNSServer(zone: FailureTests.zone)]
        defer { for server in servers { server.stop() } }
        let alone = try resolver([servers[0]])
        guard case .temporaryFailure(let reason) = await alone.query("host.example", .a) else {
            Issue.record("a refusal was taken for an answer")
            return
        }
        #expect(reason == (words.contains(" ") ? words : "servers answered \(words)"))
        alone.close()
        // A server that cannot read the question says so of all servers.
        guard code != 1 else { return }
        let both = try resolver(servers)
        #expect(await both.query("host.example", .a) == .records([.address(.v4(0xC000_0201))]))
        both.close()
    }

    @Test func `servers that refuse or fail are told apart from those that are silent`() async throws {
        var mute = DNSZone()
        mute.silence("host.example")
        let (failing, refusing, silent) = try (refuser(2), refuser(5), LoopbackDNSServer(zone: mute))
        defer { for server in [failing, refusing, silent] { server.stop() } }
        for (servers, expected) in [
            ([failing, refusing], "servers answered SERVFAIL and REFUSED"),
            ([silent, refusing], "servers answered REFUSED"),
            ([silent], "Timeout while contacting DNS servers (2 timeouts)"),
        ] {
            let resolver = try resolver(servers)
            #expect(await resolver.query("host.example", .a) == .temporaryFailure(reason: expected))
            resolver.close()
        }
    }

    @Test func `a question that nobody answers fails for the time being and is not remembered`() async throws {
        let server = try LoopbackDNSServer(zone: FailureTests.zone)
        let resolver = try resolver([server]) { $0.deadline = .milliseconds(300) }
        for _ in 0..<2 {
            guard case .temporaryFailure = await resolver.query("silent.example", .a) else {
                Issue.record("silence was taken for an answer")
                return
            }
        }
        #expect(resolver.cachedAnswers == 0)
        resolver.close()
        server.stop()
    }

    @Test func `a cancelled caller leaves and the others stay`() async throws {
        let server = try LoopbackDNSServer(zone: FailureTests.zone)
        let resolver = try resolver([server]) {
            $0.attemptTimeout = .seconds(30); $0.deadline = .seconds(60)
        }
        // Nothing but the cancellation can end this within the test's time.
        let answer = await withTaskGroup(of: DNSAnswer.self) { group in
            group.addTask { await resolver.query("silent.example", .a) }
            group.addTask { await resolver.query("host.example", .a) }
            let first = await group.next()
            group.cancelAll()
            let second = await group.next()
            return [first, second]
        }
        #expect(answer == [.records([.address(.v4(0xC000_0201))]), .temporaryFailure(reason: "cancelled")])
        resolver.close()
        server.stop()
    }

    @Test func `closing fails what is under way and what comes later`() async throws {
        let server = try LoopbackDNSServer(zone: FailureTests.zone)
        let resolver = try resolver([server]) {
            $0.attemptTimeout = .seconds(30); $0.deadline = .seconds(60)
        }
        async let pending = resolver.query("silent.example", .a)
        while server.questions == 0 { try await Task.sleep(for: .milliseconds(5)) }
        resolver.close()
        resolver.close()
        for answer in [await pending, await resolver.query("host.example", .a)] {
            guard case .temporaryFailure = answer else {
                Issue.record("\(answer)")
                continue
            }
        }
        server.stop()
    }

    @Test func `more questions than may be under way fail at once`() async throws {
        let server = try LoopbackDNSServer(zone: FailureTests.zone)
        let resolver = try resolver([server]) {
            $0.pendingCapacity = 1
            // The first question must still be open when the second comes, however busy the machine is.
            $0.attemptTimeout = .seconds(60)
            $0.deadline = .seconds(60)
        }
        async let pending = resolver.query("silent.example", .a)
        while server.questions == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(
            await resolver.query("host.example", .a) == .temporaryFailure(reason: "too many questions under way"))
        #expect(resolver.metrics[.temporaryFailure].count == 1)
        resolver.close()
        _ = await pending
        server.stop()
    }

    @Test func `the cache holds no more than its capacity`() async throws {
        var zone = DNSZone()
        for number in 0..<100 { zone.add(.address(.v4(UInt32(number))), at: "h\(number).example") }
        let server = try LoopbackDNSServer(zone: zone)
        let resolver = try resolver([server]) {
            $0.cacheCapacity = 10; $0.attemptTimeout = .seconds(5)
        }
        for number in 0..<100 {
            #expect(await resolver.query("h\(number).example", .a) == .records([.address(.v4(UInt32(number)))]))
        }
        #expect(resolver.cachedAnswers <= 10)
        resolver.close()
        server.stop()
    }

    @Test(arguments: [(UInt32(0), 3), (300, 1)])
    func `an answer is kept as long as it says`(lifetime: UInt32, questions: Int) async throws {
        var zone = FailureTests.zone
        zone.timeToLive = lifetime
        let server = try LoopbackDNSServer(zone: zone)
        let resolver = try resolver([server]) { $0.attemptTimeout = .seconds(5) }
        for _ in 0..<3 { _ = await resolver.query("host.example", .a) }
        #expect(server.questions == questions)
        resolver.close()
        server.stop()
    }
}
