import ARC
import Bytes
import DKIM
import Files
import Resolver
import SuiteCounts
import Testing
import Yams

/// The published suite's cases of sealing: RSA signatures have one right value.
@Suite struct SealingConformanceTests {
    /// All cases of the suite.
    private static let publishedCases = 17

    @Test(.enabled(if: ARCSuite.isAvailable, "the ARC suite is not in SLUICE_SUITES"))
    func `every case of sealing has the published signatures`() async throws {
        let threads = BlockingThreads(count: 1)
        let cases = try ARCSuite.cases(ARCSuite.signing)
        #expect(cases.count == Self.publishedCases)
        var passed = 0
        defer { SuiteCounts.record("arc-signing", passed: passed, of: cases.count) }
        for test in cases {
            let results = results(test)
            var sealer = ARCSealer(
                domain: test.scenario["domain"]?.string ?? "", selector: test.scenario["sel"]?.string ?? "",
                key: try SigningKey(pem: test.scenario["privatekey"]?.string ?? ""), threads: threads)
            sealer.headers = test.field("sig-headers").split(separator: ":").map(String.init)
            sealer.oversigned = []
            sealer.form = .sorted
            let status = results.compactMap { result in
                ARCResult.allCases.first { "arc=\($0.rawValue)" == result.prefix { $0 != ";" } }
            }.first
            let fields = try await sealer.seal(
                test.content, below: [], host: test.field("srv-id"), results: results,
                status: status ?? .fail, at: Timestamp(seconds: Int64(test.field("t")) ?? 0))
            let wanted = ["AS", "AMS", "AAR"].map { Self.compact(test.field($0)) }.filter { !$0.isEmpty }
            let found = fields.map { field in Self.compact(String(field.drop { $0 != ":" }.dropFirst())) }
            if found == wanted { passed += 1 }
            #expect(found == wanted, "\(test.name)")
        }
    }

    /// What the server's own fields of results say, in their order (RFC 8617, section 4.1.1).
    private func results(_ test: ARCCase) -> [String] {
        let header = HeaderFields(of: test.content)
        return header.all("authentication-results").compactMap { field in
            let value = String(decoding: header.octets[field.valueStart..<field.range.upperBound], as: UTF8.self)
            let parts = value.split(separator: ";", maxSplits: 1)
            guard parts.first.map({ Self.compact(String($0)) }) == test.field("srv-id") else { return nil }
            return parts.last.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        }
    }

    /// A text without white space, which tag lists may have anywhere between tags and within base64.
    private static func compact(_ text: String) -> String { text.filter { !$0.isWhitespace } }
}
