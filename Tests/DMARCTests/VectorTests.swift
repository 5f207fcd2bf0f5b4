import SuiteCounts
import Testing

/// The published vectors.
struct VectorTests {
    private static let published = 59

    @Test(.enabled(if: VectorSuite.isAvailable, "the DMARC vectors are not in SLUICE_SUITES"))
    func `every published vector is right`() async throws {
        var failures: [String] = []
        let cases = try VectorSuite.cases()
        for entry in cases {
            var run = VectorRun()
            for call in entry.calls { await run.call(call) }
            let broken = entry.asserts.filter { !run.holds($0) }
            if !broken.isEmpty || entry.asserts.isEmpty {
                failures.append("\(entry.name): \(broken), not \(run.outcomes)")
            }
        }
        SuiteCounts.record("dmarc", passed: cases.count - failures.count, of: cases.count)
        #expect(cases.count == Self.published)
        #expect(failures == [])
    }
}
