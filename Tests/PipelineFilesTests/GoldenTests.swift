import Foundation
import PipelineFiles
import Testing

/// The cases in `Golden`: a `.yaml` with one or more files, and a `.txt` with what the check prints.
///
/// A line `#--- NAME` begins another file; the text before the first is `inbound.yaml`, and a usual `site.yaml` is there
/// unless the case has its own. Behind the name may stand `unreadable`, `absent`, `oversized`,
/// `latin1`, or `exposed` and the content. `RECORD=1` in
/// the environment writes the `.txt` files anew.
struct GoldenTests {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static var names: [String] {
        // A directory that cannot be read has no cases, and then no kind of finding has one, which fails below.
        let files = FileManager.default.enumerator(atPath: directory.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    @Test(arguments: names)
    func `the check prints what is recorded`(_ name: String) throws {
        let input = try String(contentsOf: Self.directory.appending(path: "\(name).yaml"), encoding: .utf8)
        let printed = directory(of: input).check().findings.map { "\($0)\n" }.joined()
        let record = Self.directory.appending(path: "\(name).txt")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try printed.write(to: record, atomically: true, encoding: .utf8)
        }
        #expect(printed == (try String(contentsOf: record, encoding: .utf8)))
    }

    @Test(arguments: Finding.Code.allCases)
    func `every kind of finding has a case of its name that shows it`(_ code: Finding.Code) throws {
        let record = Self.directory.appending(path: "\(code.rawValue).txt")
        #expect(try String(contentsOf: record, encoding: .utf8).contains("[\(code.rawValue)]"))
    }

    private func directory(of input: String) -> MemoryDirectory {
        var directory = MemoryDirectory()
        var name = "inbound.yaml"
        var lines: [Substring] = []
        var isFirst = true
        func finish() {
            guard !(isFirst && lines.isEmpty) else { return }
            let text = lines.map { "\($0)\n" }.joined()
            directory.files[name] = .bytes(Array(text.utf8))
        }
        for line in input.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            guard line.hasPrefix("#--- ") else {
                lines.append(line)
                continue
            }
            finish()
            isFirst = false
            let words = line.dropFirst(5).split(separator: " ")
            name = String(words[0])
            lines = []
            switch words.dropFirst().first {
            case "unreadable": directory.files[name] = .unreadable
            case "absent": directory.files[name] = nil
            case "exposed": directory.files[name] = .exposed(Array((words.last ?? "").utf8))
            case "oversized": directory.files[name] = .bytes([UInt8](repeating: 0x23, count: 262_145))
            case "latin1": directory.files[name] = .bytes(Array("sluice: 1\npipeline: caf".utf8) + [0xE9, 0x0A])
            default: continue
            }
            isFirst = true
        }
        finish()
        return directory
    }
}
