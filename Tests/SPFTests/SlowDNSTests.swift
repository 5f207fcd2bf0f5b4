import DemoDNS
import Glibc
import Resolver
import SPF
import Testing

/// Policies that cost as much as they can, over a DNS that is as slow as it can be.
@Suite struct SlowDNSTests {
    private static let request = SPFRequest(
        clientAddress: "198.51.100.7", helo: "h.example", reversePath: "a@d.example", receiver: "mx.example")

    /// The outcome, how many questions it took, and how long.
    private func check(
        _ zone: DNSZone, delay: UInt32, deadline: Duration = .seconds(5)
    ) async throws -> (outcome: SPFOutcome, questions: Int, time: Duration) {
        let server = try LoopbackDNSServer(zone: zone) { reply, _ in
            usleep(delay * 1_000)
            return reply
        }
        defer { server.stop() }
        var configuration = ResolverConfiguration(servers: [.init(.v4(0x7F00_0001), port: server.port)])
        configuration.attemptTimeout = .seconds(5)
        configuration.deadline = deadline
        let resolver = try DNSResolver(configuration: configuration)
        defer { resolver.close() }
        let checker = SPFChecker(resolver: resolver, worker: try SPFWorkerPool())
        let start = ContinuousClock.now
        let outcome = await checker.check(Self.request)
        let time = ContinuousClock.now - start
        await checker.stop()
        return (outcome, server.questions, time)
    }

    @Test func `thousands of includes cost ten questions more than the policy's own`() async throws {
        var zone = DNSZone()
        // Each of the hundred records includes the next hundred: ten thousand ways in two levels.
        let all = (0..<100).map { "include:n\($0).example" }.joined(separator: " ")
        zone.add(.text("v=spf1 \(all) -all"), at: "d.example")
        for number in 0..<100 { zone.add(.text("v=spf1 \(all)"), at: "n\(number).example") }
        let result = try await check(zone, delay: 50)
        #expect(result.outcome.result == .permerror && result.questions <= 12, "\(result)")
    }

    @Test func `exchangers and their addresses cost no more than the limits allow`() async throws {
        var zone = DNSZone()
        zone.add(
            .text("v=spf1 " + (0..<10).map { "mx:m\($0).example" }.joined(separator: " ") + " -all"), at: "d.example")
        for number in 0..<10 {
            for host in 0..<10 {
                zone.add(.mx(preference: 1, exchange: "h\(number)-\(host).example"), at: "m\(number).example")
                zone.add(.address(.v4(0x0A00_0001)), at: "h\(number)-\(host).example")
            }
        }
        let result = try await check(zone, delay: 2)
        // One policy, ten lists of exchangers, a hundred addresses: the most that RFC 7208, section 4.6.4 lets anybody ask.
        #expect(result.outcome.result == .fail && result.questions == 111, "\(result)")
    }

    @Test func `a DNS that never answers costs one question's time`() async throws {
        var zone = DNSZone()
        zone.silence("d.example")
        let result = try await check(zone, delay: 0, deadline: .milliseconds(300))
        #expect(result.outcome.result == .temperror && result.outcome.reason.contains("in time"), "\(result)")
    }

    @Test func `macros that swell are cut to names that the DNS can hold`() async throws {
        var zone = DNSZone()
        let bomb = String(repeating: "%{s}%{d}%{h}", count: 500)
        zone.add(.text("v=spf1 exists:\(bomb).example -all"), at: "d.example")
        let result = try await check(zone, delay: 0)
        // The policy over UDP and, as it is long, over TCP; then one name of at most 253 octets. Where the answers come
        // late, such as on a busy machine, a question over UDP is sent again.
        #expect((3...5).contains(result.questions) && result.outcome.result == .fail, "\(result)")
    }
}
