import Addressing
import Logging
import Bytes
import DurableQueue
import Engine
import SMTP
import SimulatedFiles
import StageKit
import Testing

/// What fails is tried again by the schedule of the file, until its time is over.
struct RetryTests {
    struct Trouble: Error, CustomStringConvertible {
        let description = "no room"
    }

    static let policy = """
        on-error:
          transient: { retry: { first: 10m, factor: 2, max: 1h, for: 2h }, then: quarantine }
          permanent: { discard: 'nobody wants it' }
        """

    @Test func `attempts follow the schedule, then the message goes to quarantine`() async throws {
        let server = try TestServer("deliver: [ store ]\n\(Self.policy)")
        server.script.on("deliver.store") { _, _ in throw Trouble() }
        var waits: [Duration] = []
        try await server.serve { entrance in
            #expect(await entrance.send().code == 250)
            var attempts = 0
            while server.ledger.pending > 0 {
                attempts += 1
                try await eventually {
                    server.ledger.pending == 0 || server.queue.pending(limit: 1).first?.attempts == attempts
                }
                guard let until = server.queue.pending(limit: 1).first?.until else { break }
                waits.append(until - server.clock.now)
                server.clock.advance(by: until - server.clock.now)
            }
        }
        // 10, 20, 40, 60 minutes, each a fifth more or less; the last attempt comes when the two hours are over.
        let bounds: [ClosedRange<Int>] = [8...12, 16...24, 32...48]
        for (wait, bounds) in zip(waits, bounds) {
            #expect(wait >= .seconds(bounds.lowerBound * 60) && wait <= .seconds(bounds.upperBound * 60), "\(waits)")
        }
        #expect(waits.reduce(.zero, +) == .seconds(2 * 3_600), "\(waits)")
        #expect(server.ledger.quarantined == 1)
        let held = try #require(server.queue.quarantined().first)
        #expect(held.step == "deliver.store")
        #expect(held.reason == "no room (given up after \(waits.count + 1) attempts)")
        #expect(server.script.calls("deliver.store").count == waits.count + 1)
    }

    @Test func `a message goes on at the step that failed, with what was known then`() async throws {
        let server = try TestServer("deliver: [ probe, store, store: { as: second } ]\n\(Self.policy)")
        server.script.on("deliver.probe") { message, _ in
            message.facts[ScriptFacts.word] = "kept"
            for index in message.recipients.indices {
                message.recipients[index].facts[ScriptFacts.mark] = message.recipients[index].address.localPart
            }
            return .proceed
        }
        server.script.on("deliver.second") { [script = server.script] message, context in
            #expect(message.facts[ScriptFacts.word] == "kept")
            #expect(
                message.recipients.map { $0.facts[ScriptFacts.mark] } == message.recipients.map { $0.address.localPart }
            )
            guard script.calls(context.step).count > 1 else {
                return .perRecipient(
                    [.proceed, .postpone(Reply(.localError, "Later"), reason: "busy"), .proceed])
            }
            #expect(message.recipients.map(\.index) == [1])
            return .proceed
        }
        try await server.serve { entrance in
            #expect(await entrance.send(to: ["a@example.org", "b@example.org", "c@example.org"]).code == 250)
            try await server.quiet()
            #expect(server.recipients.delivered == 2)
            server.clock.advance(by: .seconds(3_600))
            try await eventually { server.ledger.pending == 0 }
        }
        #expect(server.ledger.delivered == 1 && server.recipients.delivered == 3)
        #expect(server.script.calls("deliver.store").count == 1)
        #expect(server.script.calls("deliver.second").count == 2)
    }

    @Test(arguments: ["session: { message: [ deriver ] }\ndeliver: [ ", "deliver: [ deriver, "])
    func `what follows from the content is known again in the next attempt`(_ beginning: String) async throws {
        let server = try TestServer(
            "\(beginning)store, store: { as: second, when: \"deriver.subject == 'hello'\" } ]\n\(Self.policy)")
        server.script.on("deliver.store") { [script = server.script] message, context in
            #expect(message.facts[Deriver.subject] == "hello")
            #expect(message.facts.named.allSatisfy { $0.name != Deriver.subject.name })
            if script.calls(context.step).count == 1 { throw Trouble() }
            return .proceed
        }
        try await server.serve { entrance in
            #expect(await entrance.send("Subject: hello\r\n\r\nbody\r\n").code == 250)
            try await server.quiet()
            server.clock.advance(by: .seconds(3_600))
            try await eventually { server.ledger.pending == 0 }
        }
        #expect(server.ledger.delivered == 1 && server.script.calls("deliver.store").count == 2)
        #expect(server.script.calls("deliver.second").count == 1)
    }

    @Test func `a restart goes on where it was left`() async throws {
        let disk = SimulatedFileSystem()
        let first = try TestServer("deliver: [ probe, store ]\n\(Self.policy)", disk: disk)
        first.script.on("deliver.probe") { message, _ in
            message.facts[ScriptFacts.word] = "kept"
            return .proceed
        }
        first.script.on("deliver.store") { _, _ in throw Trouble() }
        try await first.serveUntilQuiet { entrance in #expect(await entrance.send().code == 250) }
        let script = Script()
        script.on("deliver.probe") { _, _ in throw Trouble() }
        script.on("deliver.store") { message, _ in
            #expect(message.facts[ScriptFacts.word] == "kept")
            #expect(message.client.helo == "mail.example.com")
            return .proceed
        }
        first.clock.advance(by: .seconds(3_600))
        let again = try TestServer(
            "deliver: [ probe, store ]\n\(Self.policy)", disk: disk.crash(.everything, seed: 1), script: script,
            clock: first.clock)
        try await again.serve { _ in try await eventually { again.ledger.pending == 0 } }
        #expect(again.ledger.delivered == 1)
    }

    @Test func `a step that the file does not have any more is passed under the version that had it`() async throws {
        let disk = SimulatedFileSystem()
        let first = try TestServer("deliver: [ store: { as: old } ]\n\(Self.policy)", disk: disk)
        first.script.on("deliver.old") { _, _ in throw Trouble() }
        try await first.serveUntilQuiet { entrance in #expect(await entrance.send().code == 250) }
        first.clock.advance(by: .seconds(3_600))
        let again = try TestServer("deliver: [ store, probe ]", disk: disk, clock: first.clock)
        try await again.serve { _ in try await eventually { again.ledger.pending == 0 } }
        #expect(again.script.calls("deliver.old").count == 1 && again.script.calls("deliver.store").isEmpty)
        #expect(again.ledger.delivered == 1)
    }

    @Test func `a permanent failure ends as the file says, at once`() async throws {
        let server = try TestServer(
            """
            deliver:
              - store: { as: kept, on-error: { permanent: quarantine }, when: 'message.size == 1' }
              - store: { as: dropped }
            \(Self.policy)
            """)
        for step in ["deliver.kept", "deliver.dropped"] {
            server.script.on(step) { _, _ in .reject(Reply(.policyViolation, "Never"), reason: "no user") }
        }
        try await server.serveUntilQuiet { entrance in
            _ = await entrance.send("x")
            _ = await entrance.send("xx")
        }
        #expect(server.ledger.quarantined == 1 && server.ledger.discarded == 1 && server.ledger.pending == 0)
        #expect(server.discards.keys.map(\.step) == ["deliver.dropped"])
        let end = try #require(
            server.log.lines("message not delivered").first { $0.metadata["end"] == "discarded" })
        #expect(end.metadata["step"] == "deliver.dropped" && "\(end.metadata)".contains("no user"))
        #expect(server.queue.quarantined().map(\.reason) == ["no user"])
        #expect(server.script.calls("deliver.kept").count == 1)
        let ends = server.log.lines("message not delivered").map { "\($0.metadata["reason"] ?? "-")" }
        #expect(ends.sorted() == ["no user", "nobody wants it"])
    }

    @Test func `what a stage notes in octets may be large, and the message begins anew`() async throws {
        let server = try TestServer("deliver: [ probe, store ]\n\(Self.policy)")
        server.script.on("deliver.probe") { message, _ in
            message.facts["large"] = .bytes(Octets([UInt8](repeating: 7, count: 100_000)))
            return .proceed
        }
        server.script.on("deliver.store") { [script = server.script] message, context in
            #expect(message.facts["large"] == .bytes(Octets([UInt8](repeating: 7, count: 100_000))))
            if script.calls(context.step).count == 1 { throw Trouble() }
            return .proceed
        }
        try await server.serve { entrance in
            #expect(await entrance.send().code == 250)
            try await server.quiet()
            // It is not kept in memory with every message that waits.
            #expect(server.queue.pending(limit: 1).first?.step == "deliver.probe")
            server.clock.advance(by: .seconds(3_600))
            try await eventually { server.ledger.pending == 0 }
        }
        #expect(server.ledger.delivered == 1 && server.count("deliver.probe", .success) == 2)
    }
}
