import Bytes
import DurableQueue
import Engine
import SMTP
import StageKit
import Testing

/// What an operator lets out of quarantine.
struct ReleaseTests {
    struct Trouble: Error, CustomStringConvertible {
        let description = "no room"
    }

    @Test func `recipients that a stage of the session objected to are delivered once they are released`() async throws
    {
        let server = try TestServer("session: { message: [ probe ] }\ndeliver: [ store ]")
        server.script.on("session.message.probe") { message, _ in
            .perRecipient(message.recipients.map { $0.index == 1 ? .quarantine(reason: "macro") : .proceed })
        }
        try await server.serve { entrance in
            let id = try #require(await entrance.send(to: ["a@example.org", "b@example.org"]).message)
            try await eventually { server.queue.quarantined().map(\.recipients) == [1] }
            #expect(server.queue.quarantined().map(\.step) == ["session.message.probe"])
            try await server.engine.release(id, from: nil)
            try await eventually { server.ledger.delivered == 1 }
            #expect(server.script.stored(id, "deliver.store") == [0, 1])
        }
        #expect(server.recipients.delivered == 2 && server.queue.discrepancies().isEmpty)
    }

    @Test func `a released message goes on at the step that failed, with what was known there`() async throws {
        let server = try TestServer("deliver: [ store, probe, store: { as: second } ]")
        server.script.on("deliver.probe") { message, _ in
            message.facts[ScriptFacts.word] = "kept"
            for index in message.recipients.indices { message.recipients[index].facts[ScriptFacts.mark] = "own" }
            return .proceed
        }
        server.script.on("deliver.second") { _, _ in
            .perRecipient([.proceed, .reject(Reply(.policyViolation, "Never"), reason: "no such box")])
        }
        try await server.serve { entrance in
            let id = try #require(await entrance.send(to: ["a@example.org", "b@example.org"]).message)
            try await eventually { server.ledger.quarantined == 1 }
            #expect(server.queue.quarantined().map(\.step) == ["deliver.second"])
            server.script.on("deliver.second") { [script = server.script] message, context in
                #expect(message.facts[ScriptFacts.word] == "kept" && message.recipients.map(\.index) == [1])
                #expect(message.recipients.map { $0.facts[ScriptFacts.mark] } == ["own"])
                script.store(message, context.step)
                return .proceed
            }
            try await server.engine.release(id, from: nil)
            try await eventually { server.ledger.delivered == 1 }
            #expect(server.script.stored(id, "deliver.second") == [1])
        }
        #expect(server.script.calls("deliver.store").count == 1)
    }

    @Test func `the time for tries begins anew with the release`() async throws {
        let server = try TestServer("deliver: [ store ]\n\(RetryTests.policy)")
        server.script.on("deliver.store") { _, _ in throw Trouble() }
        try await server.serve { entrance in
            let id = try #require(await entrance.send().message)
            try await server.quiet()
            server.clock.advance(by: .seconds(3 * 3_600))
            try await eventually { server.ledger.quarantined == 1 }
            try await server.engine.release(id, from: nil)
            try await server.quiet()
            let waiting = try #require(server.queue.pending(limit: 1).first)
            let until = try #require(waiting.until)
            // The first wait of the schedule, a fifth more or less.
            let wait = until - server.clock.now
            #expect(waiting.attempts == 1 && wait >= .seconds(8 * 60) && wait <= .seconds(12 * 60))
        }
        #expect(server.ledger.pending == 1 && server.ledger.quarantined == 0)
    }

    @Test func `a message of a pipeline that is gone cannot be released, and that is said`() async throws {
        let server = try TestServer("deliver: [ store ]")
        try await server.serve { _ in
            let unknown = MessageID(high: 1, low: 2)
            await #expect(throws: QueueError.unknownMessage(unknown)) {
                try await server.engine.release(unknown, from: nil)
            }
            _ = try await server.queue.append(
                NewMessage(
                    id: unknown, pipeline: PipelineVersion(name: "former", digest: "d"), received: server.clock.now,
                    head: [], content: .init([1]), recipientCount: 1,
                    disposition: .quarantine(step: "session.message.decide", reason: "odd")))
            let error = await #expect(throws: ReleaseError.self) {
                try await server.engine.release(unknown, from: nil)
            }
            #expect(error?.description == "there is no pipeline former any more to release it into; there are inbound")
        }
    }
}
