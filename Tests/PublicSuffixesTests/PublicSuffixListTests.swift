import Foundation
import InternationalDomains
import PublicSuffixes
import SuiteCounts
import Testing

/// The list's own tests, and our own rules.
struct PublicSuffixListTests {
    private static let small = """
        // ===BEGIN ICANN DOMAINS===
        com
        uk
        co.uk   // the rest of a line is no rule
        *.ck
        !www.ck
        公司.cn
        // ===END ICANN DOMAINS===
        // ===BEGIN PRIVATE DOMAINS===
        blog.example.com
        // ===END PRIVATE DOMAINS===
        """

    @Test(arguments: [
        ("com", nil), ("example.com", "example.com"), ("a.b.example.com", "example.com"),
        ("A.Example.COM.", "example.com"),
        ("co.uk", nil), ("uk", nil), ("x.uk", "x.uk"), ("y.x.co.uk", "x.co.uk"), ("ck", nil), ("x.ck", nil),
        ("y.x.ck", "y.x.ck"),
        ("www.ck", "www.ck"), ("a.www.ck", "www.ck"), ("shishi.公司.cn", "shishi.xn--55qx5d.cn"),
        ("blog.example.com", nil), ("anna.blog.example.com", "anna.blog.example.com"), ("unlisted", nil),
        ("a.b.unlisted", "b.unlisted"), ("192.0.2.1", nil), ("", nil), (".", nil), (".com", nil), ("a..com", nil),
        (String(repeating: "a.", count: 200) + "com", nil),
    ])
    func `the longest rule decides`(_ name: String, _ domain: String?) throws {
        let list = try PublicSuffixList(parsing: Self.small, minimum: 1)
        #expect(list.organizationalDomain(of: name) == domain)
    }

    @Test func `the private section can be left out`() throws {
        let list = try PublicSuffixList(parsing: Self.small, sections: .registries, minimum: 1)
        #expect(list.organizationalDomain(of: "anna.blog.example.com") == "example.com")
    }

    @Test func `a file that was cut is refused`() {
        #expect(throws: PublicSuffixList.Unreadable.self) { try PublicSuffixList(parsing: Self.small) }
    }

    @Test(.enabled(if: SuffixSuite.isAvailable, "the Public Suffix List's tests are not in SLUICE_SUITES"))
    func `all of the list's own tests pass`() throws {
        let list = try PublicSuffixList(parsing: try String(contentsOf: SuffixSuite.list, encoding: .utf8))
        var differences: [String] = []
        let cases = try SuffixSuite.cases()
        for (name, wanted) in cases {
            let found = name.flatMap(list.organizationalDomain)
            // The tests write names as they came; ours come in A-labels.
            if found != wanted.flatMap(DomainEncoding.ascii) {
                differences.append("\(name ?? "null"): \(found ?? "null")")
            }
        }
        SuiteCounts.record("psl", passed: cases.count - differences.count, of: cases.count)
        #expect(cases.count > 70 && differences.isEmpty, "\(differences)")
    }
}

/// The published tests: a function call a line.
enum SuffixSuite {
    static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["SLUICE_SUITES"] { return URL(fileURLWithPath: path) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("../shared/suites")
    }

    static var list: URL { folder.appendingPathComponent("psl/public_suffix_list.dat") }
    static var isAvailable: Bool { FileManager.default.fileExists(atPath: list.path) }

    static func cases() throws -> [(name: String?, domain: String?)] {
        let text = try String(contentsOf: folder.appendingPathComponent("psl/test_psl.txt"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard let call = line.wholeMatch(of: /checkPublicSuffix\((.+), (.+)\);\s*/) else { return nil }
            func argument(_ text: Substring) -> String? { text == "null" ? nil : String(text.dropFirst().dropLast()) }
            return (argument(call.1), argument(call.2))
        }
    }
}
