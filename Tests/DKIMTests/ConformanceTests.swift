import Bytes
import DKIM
import Files
import Resolver
import SuiteCounts
import Testing

/// The published samples: those of RFC 6376 and RFC 8463, and mail as it was really sent.
@Suite struct ConformanceTests {
    /// When the samples with times of their own were fresh.
    private static let then = Timestamp(seconds: 1_667_843_700)
    private static let threads = BlockingThreads(count: 1)

    private func verify(_ sample: DKIMSample, at now: Timestamp) async throws -> [SignatureOutcome] {
        let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(sample.zone)), threads: Self.threads)
        return try await verifier.verify(sample.content, at: now)
    }

    @Test(.enabled(if: DKIMSamples.arePublishedAvailable, "the DKIM samples are not in SLUICE_SUITES"))
    func `every signature of the published samples passes at its time`() async throws {
        let samples = try DKIMSamples.all(in: DKIMSamples.folder)
        #expect(samples.count == 6)
        var passed = 0
        defer { SuiteCounts.record("dkim", passed: passed, of: samples.count) }
        for sample in samples {
            let outcomes = try await verify(sample, at: Self.then)
            if !outcomes.isEmpty, outcomes.allSatisfy({ $0.result == .pass }) { passed += 1 }
            #expect(!outcomes.isEmpty && outcomes.allSatisfy { $0.result == .pass }, "\(sample.name): \(outcomes)")
        }
    }

    @Test(.enabled(if: DKIMSamples.arePublishedAvailable, "the DKIM samples are not in SLUICE_SUITES"))
    func `one published sample has expired since, and is refused for that alone`() async throws {
        let sample = try DKIMSamples.sample("005.txt", in: DKIMSamples.folder)
        let outcomes = try await verify(sample, at: Timestamp(seconds: 1_667_930_064))
        #expect(outcomes.map(\.result) == [.policy])
        #expect(outcomes.map(\.reason) == ["signature has expired"])
        let before = try await verify(sample, at: Timestamp(seconds: 1_667_930_063))
        #expect(before.map(\.result) == [.pass])
    }
}
