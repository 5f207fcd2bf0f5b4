import Bytes
import DurableQueue
import Engine
import Logging
import PipelineFiles
import SimulatedFiles
import StageKit
import Testing

/// How an engine starts, ends, and lives with steps that hang.
struct LifeTests {
    @Test func `stopping finishes what is under way and leaves the rest queued`() async throws {
        let disk = SimulatedFileSystem()
        let server = try TestServer("deliver: [ store, store-batch ]", disk: disk)
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        try await server.serve { entrance in
            for _ in 0..<3 { #expect(await entrance.send().code == 250) }
            try await eventually { gate.arrivals == 1 }
            server.engine.stop()
            // Nothing is handed out once the queue drains, and who waits for mail is told so.
            #expect(await server.queue.claim(PipelineVersion(name: "other", digest: ""), upTo: 1).isEmpty)
            #expect(await entrance.send().code == 250)
            gate.open()
        }
        // The first is under way; whether the next two are depends on when the queue was asked for more.
        let left = server.ledger.pending
        #expect((1...3).contains(left) && server.ledger.delivered == 4 - left && server.engine.pendingCount == left)
        let again = try TestServer("deliver: [ store, store-batch ]", disk: disk.crash(.everything, seed: 0))
        try await again.serve { _ in try await eventually { again.ledger.pending == 0 } }
        #expect(again.ledger.delivered == 4 && again.script.calls("deliver.store").count == left)
    }

    @Test func `an engine may be stopped twice, and before it runs`() async throws {
        let server = try TestServer("deliver: [ store, probe ]")
        server.engine.stop()
        server.engine.stop()
        try await server.serve { _ in }
        #expect(server.script.lives == ["prepare", "stop"])
    }

    @Test func `a component that cannot be prepared is named, and all that were prepared are stopped`() async throws {
        let server = try TestServer("session: { message: [ probe ] }\ndeliver: [ store, probe ]")
        server.script.beFrail()
        let error = await #expect(throws: PreparationError.self) { try await server.engine.prepare() }
        #expect(error?.step == "inbound: session.message.probe" && error?.location.file == "0.yaml")
        #expect(error?.description.hasSuffix(": inbound: session.message.probe cannot start: no such disk") == true)
        #expect(server.script.lives == ["prepare", "stop"])
        try await server.queue.close()
    }

    @Test func `a step that hangs holds up neither the steps before it nor other pipelines`() async throws {
        let server = try TestServer("deliver: [ store, store-batch: { batch: 1 } ]", "deliver: [ store ]")
        let gate = Gate()
        server.script.onBatch("deliver.store-batch") { batch, _ in
            await gate.pass()
            return batch.map { _ in .proceed }
        }
        try await server.run(
            { entrances in
                for entrance in entrances { for _ in 0..<5 { #expect(await entrance.send().code == 250) } }
                try await eventually {
                    server.count("deliver.store", .success) == 10 && gate.arrivals == 1
                        && server.queue.ledger()["inbound-1"]?.messages.delivered == 5
                }
                #expect(server.ledger.pending == 5)
                gate.open()
                try await server.quiet()
            }, entrances: 2)
        #expect(server.ledger.delivered == 5)
    }

    @Test func `several calls of a step run at once where the file says so`() async throws {
        let server = try TestServer("deliver: [ store: { concurrency: 3 } ]")
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        try await server.serveUntilQuiet { entrance in
            for _ in 0..<5 { #expect(await entrance.send().code == 250) }
            try await eventually { gate.arrivals == 3 }
            gate.open()
        }
        #expect(server.ledger.delivered == 5)
    }

    @Test func `an engine whose receiver fails ends, even while a step hangs that does not listen`() async throws {
        let server = try TestServer("deliver: [ store: { timeout: 200ms } ]")
        let gate = Gate()
        defer { gate.open() }
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        let error = await #expect(throws: TestServer.Failure.self) {
            try await server.serve { entrance in
                #expect(await entrance.send().code == 250)
                try await eventually { gate.arrivals == 1 }
                server.door.breakDown()
                // The failure, and not our stop, must end it.
                try await eventually { server.queue.pending(limit: 1).first?.until != nil }
            }
        }
        #expect(error?.description == "the port is gone")
        #expect(server.ledger.pending == 1)
    }

    @Test func `mail of a pipeline that has no file any more finishes under the last version of it`() async throws {
        let disk = SimulatedFileSystem()
        let script = Script()
        script.on("deliver.store") { _, _ in throw TestServer.Failure(description: "not now") }
        let first = try TestServer("deliver: [ store ]", "deliver: [ store ]", disk: disk, script: script)
        try await first.run(
            { entrances in
                for entrance in entrances { #expect(await entrance.send().code == 250) }
                try await first.quiet()
            }, entrances: 2)
        let again = try TestServer("deliver: [ store ]", disk: disk.crash(.everything, seed: 0))
        again.clock.advance(by: .seconds(3_600))
        try await again.serve { _ in try await eventually { again.engine.pendingCount == 0 } }
        let line = try #require(again.log.lines("mail finishes under a former version of its pipeline").first)
        #expect(line.metadata["pipeline"] == "inbound-1" && line.metadata["messages"] == "1")
        #expect(again.queue.ledger()["inbound-1"]?.messages.delivered == 1)
    }

    @Test func `a message whose head cannot be read is kept aside`() async throws {
        let server = try TestServer("deliver: [ store ]")
        let version = try #require(server.engine.plan.pipelines.first).version
        let heads: [[UInt8]] = [[], [9, 9, 9], [UInt8](repeating: 0xFF, count: 100)]
        try await server.serveUntilQuiet { entrance in
            for (number, head) in heads.enumerated() {
                _ = try await server.queue.append(
                    NewMessage(
                        id: MessageID(high: 1, low: UInt64(number)), pipeline: version, received: server.clock.now,
                        head: head, content: Octets([1]), recipientCount: 2))
            }
            #expect(await entrance.send().code == 250)
        }
        #expect(server.ledger.quarantined == 3 && server.ledger.delivered == 1)
        #expect(server.recipients.quarantined == 6)
    }

    @Test func `what a component logs names its pipeline, and its step`() throws {
        let steps = "deliver: [ store, probe: { as: second } ]"
        let server = try TestServer(steps, steps)
        let names = server.engine.plan.pipelines.flatMap(\.deliver).compactMap { step -> String? in
            guard case .stage(let stage as Probe) = step.kind else { return nil }
            let logger = stage.services.logger
            return [logger[metadataKey: "pipeline"], logger[metadataKey: "step"]].map { "\($0 ?? "-")" }
                .joined(separator: " ")
        }
        #expect(names == ["inbound deliver.second", "inbound-1 deliver.second"])
    }

    @Test func `a usual message is two lines of log`() async throws {
        let server = try TestServer("session: { message: [ probe ] }\ndeliver: [ store, store-batch ]")
        try await server.serveUntilQuiet { entrance in #expect(await entrance.send().code == 250) }
        #expect(server.log.lines.map(\.text).sorted() == ["message accepted", "message delivered"])
        #expect(server.log.lines.allSatisfy { $0.metadata["pipeline"] == "inbound" })
    }
}
