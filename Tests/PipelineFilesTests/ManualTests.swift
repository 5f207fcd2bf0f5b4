import Foundation
import PipelineFiles
import Testing

/// What `pipelines/README.md` says is what the check does.
struct ManualTests {
    private func manual() throws -> String {
        let root = GoldenTests.directory.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "pipelines/README.md"), encoding: .utf8)
    }

    @Test func `the table of codes has every code once, and no other`() throws {
        let findings = try #require(try manual().components(separatedBy: "## Findings").last)
        let rows = findings.matches(of: /(?m)^\| `([a-z-]+)` \| (warning:)?/)
        #expect(rows.map { String($0.1) } == Finding.Code.allCases.map(\.rawValue).sorted())
        for row in rows {
            #expect((row.2 != nil) == (Finding.Code(rawValue: String(row.1))?.severity == .warning), "\(row.1)")
        }
    }

    @Test func `the whole file of the manual has no findings but for stages that are not linked here`() throws {
        let blocks = try manual().components(separatedBy: "```yaml\n").dropFirst()
        let file = try #require(blocks.first?.components(separatedBy: "```").first)
        let findings = MemoryDirectory(["inbound.yaml": file]).check().findings
        let texts = Set(findings.map(\.text))
        #expect(
            texts == [
                "there is no stage store-attachments; sluice stages lists those there are",
                "there is no stage authentication-results; sluice stages lists those there are",
                "unknown setting recipients; known are message", "mailbox is missing; it must be a text",
            ])
    }
}
