import Foundation
import PublicSuffixes
import Testing

/// The list as a file that somebody else changes.
struct PublicSuffixFileTests {
    private func text(_ rule: String) -> String {
        (0..<PublicSuffixList.minimumRules).map { "t\($0)\n" }.joined() + rule + "\n"
    }

    @Test func `a changed file is read again, and one that cannot be used changes nothing`() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-psl-\(UUID().uuidString)")
        defer {
            do { try FileManager.default.removeItem(at: url) } catch { Issue.record(error) }
        }
        try text("co.uk").write(to: url, atomically: true, encoding: .utf8)
        let file = try PublicSuffixFile(path: url.path)
        #expect(file.list.organizationalDomain(of: "a.b.co.uk") == "b.co.uk")
        #expect(try await !file.refresh())
        try text("b.co.uk").write(to: url, atomically: true, encoding: .utf8)
        #expect(try await file.refresh())
        #expect(file.list.organizationalDomain(of: "a.b.co.uk") == "a.b.co.uk")
        try "com\n".write(to: url, atomically: true, encoding: .utf8)
        await #expect(throws: PublicSuffixList.Unreadable.self) { try await file.refresh() }
        #expect(file.list.organizationalDomain(of: "a.b.co.uk") == "a.b.co.uk")
    }

    @Test func `a file that is not there is an error with its name`() {
        #expect {
            try PublicSuffixFile(path: "/nonexistent/list")
        } throws: {
            "\($0)".contains("/nonexistent/list")
        }
    }
}
