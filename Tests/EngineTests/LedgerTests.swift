import Logging
import SMTP
import SimulatedFiles
import StageKit
import Testing

@testable import DurableQueue
@testable import Engine

/// The ledger, and what is refused so that it can go on.
struct LedgerTests {
    @Test(arguments: [Fate.delivered, .bounced, .discarded, .quarantined, .pending])
    func `a count that is wrong is seen and logged as an error`(_ fate: Fate) async throws {
        let server = try TestServer("deliver: [ store ]")
        let watch = LedgerWatch(queue: server.queue, logger: Logger(label: "test") { _ in RecordingLog(server.log) })
        try await server.serveUntilQuiet { entrance in #expect(await entrance.send().code == 250) }
        watch.look()
        #expect(server.queue.discrepancies().isEmpty && server.log.lines("the ledger does not balance").isEmpty)
        server.queue.monitor.withLock { $0.ledgers["inbound"]?.messages.count(fate, 1) }
        watch.look()
        let line = try #require(server.log.lines("the ledger does not balance").first)
        #expect(line.level == .error && line.metadata["pipeline"] == "inbound")
        #expect(server.queue.discrepancies()["inbound"]?.hasPrefix("messages: ") == true)
    }

    @Test func `two wrong counts that add up are seen, too`() async throws {
        let server = try TestServer("deliver: [ store ]")
        try await server.serveUntilQuiet { entrance in #expect(await entrance.send().code == 250) }
        server.queue.monitor.withLock { state in
            state.ledgers["inbound"]?.messages.delivered -= 1
            state.ledgers["inbound"]?.messages.pending += 1
        }
        #expect(
            server.queue.discrepancies() == ["inbound": "messages: 1 are counted as pending, and there are 0"])
    }

    // MARK: Limits

    @Test(arguments: [("messages: 2", 2), ("size: 4KB", 2)])
    func `at a limit of the pipeline new mail is refused, and accepted mail goes on`(_ limit: String, _ room: Int)
        async throws
    {
        let server = try TestServer("deliver: [ store ]", limits: limit)
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        let text = String(repeating: "a line of text\r\n", count: 70)
        try await server.serve { entrance in
            for _ in 0..<room { #expect(await entrance.send(text).code == 250) }
            #expect(await entrance.send(text) == .refused(.message, Reply(452, .init(4, 3, 1), "Try again later")))
            gate.open()
            try await server.quiet()
            #expect(await entrance.send(text).code == 250)
            try await server.quiet()
        }
        #expect(server.ledger.delivered == room + 1 && server.ledger.received == room + 1)
    }

    @Test func `a disk that would have less left than its reserve takes no mail, and what was accepted goes on`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let server = try TestServer("deliver: [ store ]", disk: disk, limits: "disk-reserve: 10MB")
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        try await server.serve { entrance in
            #expect(await entrance.send().code == 250)
            disk.resize(to: 9_000_000)
            #expect(await entrance.send().code == 452)
            gate.open()
            try await server.quiet()
            #expect(server.ledger.delivered == 1)
            disk.resize(to: 20_000_000)
            #expect(await entrance.send().code == 250)
        }
        #expect(server.ledger.received == 2)
    }
}
