import DemoDNS
import Foundation
import Resolver
import SPF
import SuiteCounts
import Testing

/// The published suite for RFC 7208 and our own cases, through data in memory and through real DNS messages.
@Suite struct ConformanceTests {
    /// All cases of the suite of 2014-04, explanations included.
    static let publishedCases = 203

    @Test(.enabled(if: SPFSuite.isPublishedAvailable, "the RFC 7208 suite is not in SLUICE_SUITES"))
    func `every case of the RFC 7208 suite is right with data in memory`() async throws {
        let conformance = try await inMemory(SPFSuite.published)
        SuiteCounts.record("spf-in-memory", passed: conformance.passed, of: conformance.total)
        #expect(conformance.passed == ConformanceTests.publishedCases, "\(conformance.table)")
        #expect(conformance.differences.isEmpty, "\(conformance.table)")
    }

    @Test(.enabled(if: SPFSuite.isPublishedAvailable, "the RFC 7208 suite is not in SLUICE_SUITES"))
    func `every case of the RFC 7208 suite is right over UDP`() async throws {
        let conformance = try await overUDP(SPFSuite.published)
        SuiteCounts.record("spf-over-udp", passed: conformance.passed, of: conformance.total)
        #expect(conformance.passed == ConformanceTests.publishedCases, "\(conformance.table)")
        #expect(conformance.differences.isEmpty, "\(conformance.table)")
    }

    @Test func `our own cases are right with data in memory`() async throws {
        let conformance = try await inMemory(SPFSuite.ours)
        #expect(conformance.total > 0 && conformance.differences.isEmpty, "\(conformance.table)")
    }

    @Test func `our own cases are right over UDP`() async throws {
        let conformance = try await overUDP(SPFSuite.ours)
        #expect(conformance.total > 0 && conformance.differences.isEmpty, "\(conformance.table)")
    }

    private func inMemory(_ file: URL) async throws -> Conformance {
        let worker = try SPFWorkerPool()
        var conformance = Conformance()
        for scenario in try SPFSuite.scenarios(file) {
            await conformance.run(scenario, resolver: ZoneResolver(scenario.zone), worker: worker)
        }
        await worker.stop()
        return conformance
    }

    private func overUDP(_ file: URL) async throws -> Conformance {
        let worker = try SPFWorkerPool()
        var conformance = Conformance()
        for scenario in try SPFSuite.scenarios(file) {
            let server = try LoopbackDNSServer(zone: scenario.zone)
            var configuration = ResolverConfiguration(servers: [.init(.v4(0x7F00_0001), port: server.port)])
            // Silent names are in the suite; nobody else is slow on the loopback interface.
            configuration.attemptTimeout = .milliseconds(300)
            configuration.attempts = 2
            let resolver = try DNSResolver(configuration: configuration)
            await conformance.run(scenario, resolver: resolver, worker: worker)
            resolver.close()
            server.stop()
        }
        await worker.stop()
        return conformance
    }
}
