import Foundation
import PipelineFiles
import StageKit
import Testing

/// Files that nobody would write on purpose.
struct HostileFileTests {
    @Test(arguments: [
        "", "\n", "---\n", "# only a comment\n", "null\n", "word\n", "- a\n", "{}\n", "[]\n", "\u{FEFF}sluice: 1\n",
        "sluice:\n", "sluice: 1\nsluice: 1\n", "? ? ? a\n", "'': 1\n'': 2\n", "\u{0}", "a: \u{1}\n",
        "%YAML 3.0\n---\na\n",
        "%TAG ! !\n", "!!map {}\n", "&a {}\n", "*a\n", "a: *a\n", "\"a\": 1\n\"a\": 2\n", "- - - - a\n", "a: |\n", "\t",
        "sluice: 1\nsession: 5\n", "sluice: 1\nsession: { message: [ ~ ] }\n", "sluice: 1\ndeliver: [ {} ]\n",
        "sluice: 1\ndeliver: [ { as: x } ]\n", "sluice: 1\ndeliver: [ { decide: } ]\n",
        "sluice: 1\ndeliver: [ { decide: [ ~, 5, [], {} ] } ]\n", "sluice: 1\nsession: { message: [ decide ] }\n",
        "sluice: 1\nsession: { message: [ { '': {} } ] }\n", "\u{E000}: 1\n\u{E000}: 2\n", "\r\r\n\r",
        "sluice: 1\r\npipeline: inbound\r\ndeliver: [ index ]\r\n",
    ])
    func `an odd file has findings, and the check goes on`(_ text: String) {
        let checked = MemoryDirectory(["inbound.yaml": text]).check()
        #expect(checked.plan == nil && !checked.findings.isEmpty)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "a: [", "(", "&a [*a, "])
    func `nesting without end is refused`(_ opening: String) {
        let text = String(repeating: opening, count: 200_000 / opening.utf8.count)
        #expect(MemoryDirectory(["inbound.yaml": text]).check().plan == nil)
    }

    @Test func `a file of the largest size is read, and one octet more is not`() throws {
        let head = try String(contentsOf: GoldenTests.directory.appending(path: "no-findings.yaml"), encoding: .utf8)
        let room = 262_144 - head.utf8.count - 2
        let largest = head + "#" + String(repeating: "x", count: room) + "\n"
        #expect(MemoryDirectory(["inbound.yaml": largest]).check().plan != nil)
        let findings = MemoryDirectory(["inbound.yaml": largest + "\n"]).check().findings
        #expect(findings.map(\.code) == [.fileTooLarge])
    }

    @Test func `a list of the deepest level is read, and one level more is not`() {
        func codes(_ levels: Int) -> Set<Finding.Code> {
            let text = "tests: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "\n"
            return Set(MemoryDirectory(["inbound.yaml": text]).check().findings.map(\.code))
        }
        #expect(!codes(32).contains(.nestedTooDeep))
        #expect(codes(33).contains(.nestedTooDeep))
    }

    @Test func `aliases that would unfold to a giant are not unfolded`() {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...40 {
            lines.append(
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]")
        }
        let findings = MemoryDirectory(["inbound.yaml": lines.joined(separator: "\n")]).check().findings
        #expect(findings.contains { $0.code == .yamlFeature })
    }

    @Test func `a whole file with any one line or character gone never ends the check, and its places are in the file`()
        throws
    {
        let text = try String(contentsOf: GoldenTests.directory.appending(path: "no-findings.yaml"), encoding: .utf8)
        var variants: [String] = []
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices {
            variants.append((lines[..<index] + lines[(index + 1)...]).joined(separator: "\n"))
        }
        for index in text.indices {
            variants.append(String(text[..<index] + text[text.index(after: index)...]))
        }
        for variant in variants {
            let count = variant.split(separator: "\n", omittingEmptySubsequences: false).count
            for finding in MemoryDirectory(["inbound.yaml": variant]).check().findings {
                #expect((1...count).contains(finding.location.line), "\(finding)")
            }
        }
    }
}
