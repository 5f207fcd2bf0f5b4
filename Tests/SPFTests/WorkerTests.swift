import Glibc
import Resolver
import SPF
import Testing

/// What a fault of libspf2 costs: a process that dies or hangs, and nothing else.
@Suite struct WorkerTests {
    private static let zone = DNSZone([
        "sender.example": [.text("v=spf1 a:host.sender.example -all")],
        "host.sender.example": [.address(.v4(0xC000_0201))],
    ])
    private static let request = SPFRequest(
        clientAddress: "192.0.2.1", helo: "host.sender.example", reversePath: "a@sender.example",
        receiver: "mx.example")

    @Test(arguments: [SIGABRT, SIGSEGV])
    func `a crash costs the check at hand a temperror and is over`(signal: Int32) async throws {
        let pool = try SPFWorkerPool()
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        #expect(await checker.check(WorkerTests.request).result == .pass)
        let process = try #require(pool.processes.first)
        // Stopped, the process holds all checks; the first of them is the one that it dies of.
        kill(process, SIGSTOP)
        let results = await withTaskGroup(of: SPFOutcome.self) { group in
            for _ in 0..<20 { group.addTask { await checker.check(WorkerTests.request) } }
            kill(process, signal)
            kill(process, SIGCONT)
            return await group.reduce(into: []) { $0.append($1.result) }
        }
        // The signal may come before the first check has reached the process; then none is at hand.
        #expect(results.filter { $0 == .temperror }.count <= 1)
        #expect(results.filter { $0 == .pass }.count >= 19)
        #expect(await checker.check(WorkerTests.request).result == .pass)
        #expect(pool.starts == 2)
        await checker.stop()
    }

    @Test func `a crash with a check at hand names libspf2 as the reason`() async throws {
        let pool = try SPFWorkerPool(deadline: .seconds(30))
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        _ = await checker.check(WorkerTests.request)
        let process = try #require(pool.processes.first)
        kill(process, SIGSTOP)
        async let pending = checker.check(WorkerTests.request)
        // Killed only once the check must have been sent: another check, held behind it, is answered by the next process.
        try await Task.sleep(for: .milliseconds(200))
        kill(process, SIGKILL)
        let outcome = await pending
        #expect(outcome.result == .temperror)
        #expect(outcome.reason == "libspf2 crashed on this policy")
        await checker.stop()
    }

    @Test func `a hang costs the check at hand a temperror and is over`() async throws {
        let pool = try SPFWorkerPool(deadline: .milliseconds(300))
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        _ = await checker.check(WorkerTests.request)
        kill(try #require(pool.processes.first), SIGSTOP)
        let results = await withTaskGroup(of: SPFOutcome.self) { group in
            for _ in 0..<5 { group.addTask { await checker.check(WorkerTests.request) } }
            return await group.reduce(into: []) { $0.append($1.result) }
        }
        #expect(results.sorted { $0.rawValue < $1.rawValue } == [.pass, .pass, .pass, .pass, .temperror])
        #expect(pool.starts == 2)
        await checker.stop()
    }

    @Test func `a missing helper is an error at the start`() {
        let error = #expect(throws: SystemError.self) { try SPFWorkerPool(executable: "/nonexistent/spf-worker") }
        #expect(error?.description.hasSuffix("/nonexistent/spf-worker: No such file or directory") == true)
    }

    @Test func `a helper that vanishes is a temperror that names it`() async throws {
        var template = Array("/tmp/spf-worker.XXXXXX".utf8CString)
        let file = mkstemp(&template)
        try #require(file >= 0)
        fchmod(file, 0o700)
        close(file)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pool = try SPFWorkerPool(executable: path)
        unlink(path)
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        let outcome = await checker.check(WorkerTests.request)
        #expect(outcome.result == .temperror)
        #expect(outcome.reason == "cannot start \(path): No such file or directory")
        await checker.stop()
    }

    @Test func `stopping ends the process and fails later checks`() async throws {
        let pool = try SPFWorkerPool()
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        _ = await checker.check(WorkerTests.request)
        await checker.stop()
        await checker.stop()
        #expect(await checker.check(WorkerTests.request).result == .temperror)
    }

    /// Records of the kinds that have broken libspf2, which the product never hands over.
    private static let hostile = [
        "include:d.example", "redirect=d.example", "exists:%{d2}.%{ir}.%{l1r-}.example",
        "exists:%{d128r.-+,/_=}.example",
        "exists:%{", "exists:%{l0}.example", "ptr:%{p}.example", "a/0//0 mx/0", "ip4:1.2.3.4/99999999999", "x\u{0}-all",
        "a:" + String(repeating: "%{d}", count: 40) + ".example", "exists:" + String(repeating: "%{s}", count: 300),
        "-all exp=" + String(repeating: "%{d}.", count: 80) + "example", "a:" + String(repeating: "a.", count: 2_000),
        "x=" + String(repeating: "y", count: 70_000), String(repeating: "ip4:198.51.100.1 ", count: 3_800),
    ]

    @Test(arguments: hostile)
    func `a hostile record that reaches libspf2 costs one process at most`(_ terms: String) async throws {
        let pool = try SPFWorkerPool()
        for sender in ["a@d.example", "@d.example", String(repeating: "a", count: 250) + "@d.example"] {
            let check = SPFRequest(
                clientAddress: "192.0.2.1", helo: "h.example", reversePath: sender, receiver: "mx.example")
            let record = DNSRecord.text("v=spf1 \(terms)")
            var request = RawRequest(check: check, records: [("d.example", record)])
            request.emptyNames = ["d.example", "h.example"]
            let before = pool.starts
            #expect(!(await request.evaluate(in: pool)).isEmpty)
            let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
            #expect(await checker.check(WorkerTests.request).result == .pass)
            #expect(pool.starts <= before + 2)
        }
        await pool.stop()
    }

    @Test(.enabled(if: SPFSuite.isPublishedAvailable, "the RFC 7208 suite is not in SLUICE_SUITES"))
    func `records as published never leave the pool without an answer`() async throws {
        let pool = try SPFWorkerPool()
        for scenario in try SPFSuite.scenarios(SPFSuite.published) {
            for test in scenario.cases {
                _ = await RawRequest(check: test.request, records: scenario.records).evaluate(in: pool)
            }
        }
        let checker = SPFChecker(resolver: ZoneResolver(WorkerTests.zone), worker: pool, memory: 0)
        #expect(await checker.check(WorkerTests.request).result == .pass)
        await checker.stop()
    }
}
