import Bytes
import DMARC
import Files
import Foundation
import PublicSuffixes
import Resolver
import SimulatedFiles
import Testing

/// What is kept for aggregate reports.
struct ReportLogTests {
    private let day: Int64 = 20_000

    private func row(_ number: Int, day: Int64? = nil, client: String = "192.0.2.1") async -> ReportRow {
        let evaluator = PolicyEvaluator(
            resolver: ZoneResolver(DNSZone(["_dmarc.a.example": [.text("v=DMARC1; p=reject; pct=50")]]))
        ) { PublicSuffixList() }
        let evaluation = await evaluator.evaluate(author: "a.example", Identifiers())
        return ReportRow(
            message: "\(number)", time: Timestamp(seconds: (day ?? self.day) * 86_400 + 7), client: client,
            evaluation: evaluation, disposition: .quarantine, override: "pct", spfReport: "spf=fail",
            dkimReport: "dkim=none")
    }

    private func text(_ files: SimulatedFileSystem, day: Int64 = 20_000) throws -> String {
        let file = try files.open("/log/\(day).jsonl", .read)
        return String(decoding: try file.read(0..<file.size()), as: UTF8.self)
    }

    @Test func `a row is a line of JSON with everything that a report needs`() async throws {
        let line = await row(7, client: "x\"\\\n\u{1}é").line
        let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject]
        let wanted: [String: NSObject] = [
            "id": "7" as NSString, "time": NSNumber(value: 20_000 * 86_400 + 7), "client": "x\"\\??é" as NSString,
            "from": "a.example" as NSString, "policy-domain": "a.example" as NSString, "p": "reject" as NSString,
            "sp": "" as NSString, "adkim": "r" as NSString, "aspf": "r" as NSString, "fo": "0" as NSString,
            "pct": NSNumber(value: 50), "result": "fail" as NSString, "disposition": "quarantine" as NSString,
            "override": "pct" as NSString, "aligned-dkim": "" as NSString, "aligned-spf": "" as NSString,
            "results": "spf=fail; dkim=none" as NSString,
        ]
        #expect(found == wanted)
        #expect(line.hasSuffix("}\n"))
    }

    private func client(in row: ReportRow) throws -> NSObject? {
        (try JSONSerialization.jsonObject(with: Data(row.line.utf8)) as? [String: NSObject])?["client"]
    }

    @Test(arguments: [("x\"", "x\""), ("\\x", "\\x"), ("x\u{1F}y", "x?y"), ("\u{7F}", "?"), ("é x", "é x"), ("", "")])
    func `a text of a stranger cannot leave its string`(_ text: String, _ kept: String) async throws {
        #expect(try client(in: await row(7, client: text)) == kept as NSString)
    }

    @Test(arguments: [(2_000, 2_000), (2_001, 2_000)], ["é", "x"])
    func `a text of a stranger is cut between two characters`(
        _ counts: (given: Int, kept: Int), _ character: String
    ) async throws {
        let found = try client(in: await row(7, client: String(repeating: character, count: counts.given)))
        #expect(found == String(repeating: character, count: counts.kept) as NSString)
    }

    @Test func `rows are appended to the file of their day, and old files go`() async throws {
        let files = SimulatedFileSystem()
        let log = ReportLog(directory: "/log", files: files)
        try await log.flush()
        log.note(await row(1, day: day - ReportLog.days - 1))
        log.note(await row(2, day: day - ReportLog.days))
        try await log.flush()
        log.note(await row(3))
        try await log.flush()
        log.note(await row(4))
        try await log.flush()
        #expect(try files.list("/log") == ["\(day - ReportLog.days).jsonl", "\(day).jsonl"])
        let (third, fourth) = (await row(3).line, await row(4).line)
        #expect(try text(files) == third + fourth)
    }

    @Test func `each day's rows of one flush go to the file of that day, in their order`() async throws {
        let files = SimulatedFileSystem()
        let log = ReportLog(directory: "/log", files: files)
        for number in 1...4 { log.note(await row(number, day: day + Int64(number % 2))) }
        try await log.flush()
        let (first, second, third, fourth) = (
            await row(1, day: day + 1).line, await row(2).line, await row(3, day: day + 1).line, await row(4).line
        )
        #expect(try text(files, day: day) == second + fourth)
        #expect(try text(files, day: day + 1) == first + third)
    }

    @Test(arguments: [
        ("torn", ""), ("whole\ntorn", "whole\n"), ("\n", "\n"), ("whole\n", "whole\n"), ("", ""),
        (String(repeating: "t", count: 9_000), ""), ("w\n" + String(repeating: "t", count: 9_000), "w\n"),
    ])
    func `what a crash left of a row is written over`(_ before: String, _ kept: String) async throws {
        let files = SimulatedFileSystem()
        try files.createDirectory("/log")
        let file = try files.open("/log/\(day).jsonl", .create)
        try Array(before.utf8).withUnsafeBytes { try file.write($0, at: 0) }
        let log = ReportLog(directory: "/log", files: files)
        log.note(await row(1))
        try await log.flush()
        let line = await row(1).line
        #expect(try text(files) == kept + line)
    }

    @Test func `many rows of one flush are written in their order, too`() async throws {
        let files = SimulatedFileSystem()
        let log = ReportLog(directory: "/log", files: files)
        var lines = ["", ""]
        for number in 0..<150 {
            let row = await row(number, day: day + Int64(number % 2))
            log.note(row)
            lines[number % 2] += row.line
        }
        try await log.flush()
        for number in 0...1 { #expect(try text(files, day: day + Int64(number)) == lines[number]) }
        try await log.flush()
        #expect(try text(files, day: day) == lines[0], "nothing is written twice")
    }

    @Test func `a flood is dropped and counted, and what is written makes room`() async throws {
        let log = ReportLog(directory: "/log", files: SimulatedFileSystem())
        let row = await row(1)
        for _ in 0..<(ReportLog.maximumPending + 3) { log.note(row) }
        #expect(log.dropped == 3)
        try await log.flush()
        for _ in 0..<(ReportLog.maximumPending + 1) { log.note(row) }
        #expect(log.dropped == 4)
    }

    @Test func `a disk that fails is an error, and the next row is written`() async throws {
        let files = SimulatedFileSystem()
        files.planAlways(.outOfSpace, for: .write)
        let log = ReportLog(directory: "/log", files: files)
        log.note(await row(1))
        await #expect(throws: FileError.self) { try await log.flush() }
        files.heal()
        log.note(await row(2))
        try await log.flush()
        let line = await row(2).line
        #expect(try text(files) == line)
    }
}
