import Bytes
import DurableQueue
import Engine
import SMTP
import SimulatedFiles
import StageKit
import Testing

/// What comes out of quarantine goes on where it was, with what was known then, also after a restart.
struct ReleasePlaceTests {
    private struct Trouble: Error {}

    private static let parts = """
        deliver: [ probe, store, store: { as: second } ]
        on-error: { transient: { retry: { first: 10m, factor: 1, max: 10m, for: 30m }, then: quarantine } }
        """

    /// Fails at the second store for as long as it is kept aside.
    private func script() -> Script {
        let script = Script()
        script.on("deliver.probe") { message, _ in
            message.facts[ScriptFacts.word] = "kept"
            return .proceed
        }
        script.on("deliver.second") { _, _ in throw Trouble() }
        return script
    }

    private func failed(_ server: TestServer) async throws {
        try await server.serve { entrance in
            #expect(await entrance.send(to: ["a@example.org", "b@example.org"]).code == 250)
            while server.ledger.quarantined == 0 {
                try await eventually {
                    server.ledger.quarantined == 1
                        || server.queue.pending(limit: 1).first?.until.map { $0 > server.clock.now } ?? false
                }
                server.clock.advance(by: .seconds(700))
                await server.queue.written()
            }
        }
    }

    @Test func `a release goes on at the step that failed, with its facts`() async throws {
        let disk = SimulatedFileSystem()
        let first = try TestServer(Self.parts, disk: disk, script: script())
        try await failed(first)
        let held = try #require(first.queue.quarantined().first)
        #expect(held.step == "deliver.second" && held.recipients == 2)
        let script = Script()
        script.on("deliver.second") { message, context in
            #expect(message.facts[ScriptFacts.word] == "kept")
            script.store(message, context.step)
            return .proceed
        }
        let again = try TestServer(
            Self.parts, disk: disk.crash(.everything, seed: 0), script: script, clock: first.clock)
        try await again.serve { _ in
            try await again.queue.release(held.id)
            try await eventually { again.ledger.pending == 0 }
        }
        #expect(again.ledger.delivered == 1 && again.ledger.quarantined == 0 && again.ledger.isBalanced)
        #expect(script.calls("deliver.store").isEmpty && script.calls("deliver.second").count == 1)
        #expect(script.stored(held.id, "deliver.second") == [0, 1])
    }

    @Test func `a release to an earlier step passes all from there on`() async throws {
        let disk = SimulatedFileSystem()
        let first = try TestServer(Self.parts, disk: disk, script: script())
        try await failed(first)
        let held = try #require(first.queue.quarantined().first)
        let again = try TestServer(Self.parts, disk: disk.crash(.everything, seed: 0), clock: first.clock)
        try await again.serve { _ in
            try await again.queue.release(held.id, from: "deliver.store")
            try await eventually { again.ledger.pending == 0 }
        }
        #expect(again.script.calls("deliver.store").count == 1 && again.script.calls("deliver.second").count == 1)
        #expect(again.script.stored(held.id, "deliver.store") == [0, 1])
    }

    /// A message in quarantine at the second of its steps, whose facts were few enough to keep, or too many.
    private func held(_ server: TestServer, _ entrance: any Entrance, wordOf count: Int) async throws -> MessageID {
        server.script.on("deliver.probe") { message, _ in
            message.facts[ScriptFacts.word] = String(repeating: "w", count: count)
            return .proceed
        }
        server.script.on("deliver.reader") { _, _ in .reject(Reply(.policyViolation, "Never"), reason: "not now") }
        let id = try #require(await entrance.send().message)
        try await eventually { server.ledger.quarantined == 1 }
        server.script.on("deliver.reader") { _, _ in .proceed }
        return id
    }

    @Test func `a release to a step whose facts were too much to keep says which step finds them out`() async throws {
        let server = try TestServer("deliver: [ probe, reader, store ]")
        try await server.serve { entrance in
            let id = try await held(server, entrance, wordOf: 20_000)
            let error = await #expect(throws: ReleaseError.self) {
                try await server.engine.release(id, from: "deliver.reader")
            }
            #expect(
                error?.description
                    == "it cannot go on at deliver.reader: deliver.reader needs probe.word, which deliver.probe has not "
                    + "found out, or which was too much to keep; say --from deliver.probe, or nothing")
            #expect(server.ledger.quarantined == 1)
            try await server.engine.release(id, from: nil)
            try await eventually { server.ledger.delivered == 1 }
        }
    }

    @Test func `a release may pass over steps whose facts are known or not needed`() async throws {
        let server = try TestServer("deliver: [ probe, reader, store ]")
        try await server.serve { entrance in
            let small = try await held(server, entrance, wordOf: 20)
            try await server.engine.release(small, from: "deliver.reader")
            try await eventually { server.ledger.delivered == 1 }
            let large = try await held(server, entrance, wordOf: 20_000)
            try await server.engine.release(large, from: "deliver.store")
            try await eventually { server.ledger.delivered == 2 }
        }
    }
}
