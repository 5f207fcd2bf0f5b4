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

    /// A row of which each text is as given, for an author with a policy or without.
    private func row(of text: String, spf: String?, dkim: String?, policy: String?, seconds: Int64) async -> ReportRow {
        let zone = DNSZone(policy.map { ["_dmarc.a.example": [.text($0)]] } ?? [:])
        let evaluator = PolicyEvaluator(resolver: ZoneResolver(zone)) { PublicSuffixList() }
        return ReportRow(
            message: text, time: Timestamp(seconds: seconds), client: text,
            evaluation: await evaluator.evaluate(author: "a.example", Identifiers()), disposition: .quarantine,
            override: text, spfReport: spf, dkimReport: dkim)
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

    @Test func `a line says when, who, by which policy and what came of it`() async {
        let line = await row(7).line
        let wanted =
            #"{"time":1728000007,"id":"7","client":"192.0.2.1","from":"a.example","policy-domain":"a.example","#
            + #""p":"reject","sp":"","adkim":"r","aspf":"r","fo":"0","pct":50,"result":"fail","#
            + #""disposition":"quarantine","override":"pct","aligned-dkim":"","aligned-spf":"","#
            + #""results":"spf=fail; dkim=none"}"#
        #expect(line == wanted + "\n")
    }

    @Test(arguments: [(nil, nil, ""), ("s", nil, "s"), (nil, "d", "d"), ("s", "d", "s; d"), ("\"", "\\", "\"; \\")])
    func `results are those that there are`(_ spf: String?, _ dkim: String?, _ results: String) async throws {
        let line = await row(of: "x", spf: spf, dkim: dkim, policy: nil, seconds: -1).line
        let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject]
        #expect(found?["results"] == results as NSString)
        #expect(found?["time"] == NSNumber(value: -1))
        #expect(found?["policy-domain"] == "" as NSString && found?["p"] == "" as NSString)
        #expect(found?["pct"] == NSNumber(value: 100))
    }

    @Test func `a row of nothing but quotes has its room`() async throws {
        let quotes = String(repeating: "\"", count: 2_000)
        let policy = "v=DMARC1; p=quarantine; sp=quarantine; fo=\(quotes); rua=mailto:a@b.example"
        for seconds: Int64 in [-9_000_000_000_000, 9_000_000_000_000] {
            let line = await row(of: quotes, spf: quotes, dkim: quotes, policy: policy, seconds: seconds).line
            let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject]
            for name in ["id", "client", "override", "fo"] { #expect(found?[name] == quotes as NSString, "\(name)") }
            #expect(found?["results"] == "\(quotes); \(quotes)" as NSString)
            #expect(found?["time"] == NSNumber(value: seconds))
        }
    }

    @Test(arguments: 0...20)
    func `each octet is written as it is, escaped or replaced, wherever it stands`(_ place: Int) async throws {
        let before = String(repeating: "é", count: place / 2) + String(repeating: "x", count: place % 2)
        for octet in (0...0x7F).map({ UInt8($0) }) {
            let character = String(UnicodeScalar(octet))
            let kept = octet < 0x20 || octet == 0x7F ? "?" : character
            for rest in ["", "!~€ z", "\"\u{1F}"] {
                let found = try client(in: await row(7, client: before + character + rest))
                #expect(found == before + kept + rest.replacing("\u{1F}", with: "?") as NSString)
            }
        }
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

    /// Notes so many rows on each of several threads, with numbers one after the other, as fast as they can.
    private func note(_ count: Int, to log: ReportLog, threads: Int) async {
        let row = await row(0)
        let rows = (0..<threads * count).map { number in
            ReportRow(
                message: "\(number)", time: row.time, client: row.client, evaluation: row.evaluation,
                disposition: .none, override: "", spfReport: nil, dkimReport: nil)
        }
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<threads {
                group.addTask { for row in rows[thread * count..<(thread + 1) * count] { log.note(row) } }
            }
        }
    }

    private func flush(_ log: ReportLog, times: Int) async throws {
        for _ in 0..<times { try await log.flush() }
    }

    private func numbers(in files: SimulatedFileSystem) throws -> [Int] {
        try text(files).split(separator: "\n").map { line in
            let found = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: NSObject]
            return Int(try #require(found?["id"] as? String)) ?? -1
        }
    }

    @Test func `rows that several threads note while others are written are all written once`() async throws {
        let files = SimulatedFileSystem()
        let log = ReportLog(directory: "/log", files: files)
        async let flushed: Void = flush(log, times: 300)
        await note(6_001, to: log, threads: 3)
        try await flushed
        try await log.flush()
        #expect(try numbers(in: files).sorted() == Array(0..<18_003))
        #expect(log.dropped == 0)
    }

    @Test func `of a flood from several threads as many rows are dropped as are counted`() async throws {
        let files = SimulatedFileSystem()
        let log = ReportLog(directory: "/log", files: files)
        await note(ReportLog.maximumPending / 2 + 7, to: log, threads: 2)
        #expect(log.dropped == 14)
        try await log.flush()
        let numbers = try numbers(in: files)
        #expect(numbers.count == ReportLog.maximumPending && Set(numbers).count == numbers.count)
        await note(ReportLog.maximumPending / 2, to: log, threads: 2)
        #expect(log.dropped == 14, "what is written makes room for as many")
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
