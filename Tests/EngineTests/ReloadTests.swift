import Bytes
import DurableQueue
import Engine
import Files
import Logging
import PipelineFiles
import SimulatedFiles
import StageKit
import Testing

/// Another version of a pipeline takes over while mail is on its way.
struct ReloadTests {
    private static let old = "deliver: [ store, store: { as: second } ]"
    private static let new = "deliver: [ store-batch ]"

    @Test func `queued mail finishes under its version, and new mail takes the new one`() async throws {
        let server = try TestServer(Self.old)
        let gate = Gate()
        server.script.on("deliver.store") { [script = server.script] message, context in
            await gate.pass()
            script.store(message, context.step)
            return .proceed
        }
        try await server.run { entrances in
            let before = try #require(await entrances.first?.send().message)
            try await eventually { gate.arrivals == 1 }
            try await server.reload(Self.new)
            let entrance = try await server.nextEntrance()
            let after = try #require(await entrance.send().message)
            try await eventually { server.ledger.delivered == 1 }
            #expect(server.script.stored(after, "deliver.store-batch") == [0])
            #expect(server.queue.pendingByVersion().values.reduce(0, +) == 1 && server.engine.generationCount == 2)
            // Whoever has kept the way in of a version that is gone is turned away.
            gate.open()
            try await eventually { server.ledger.delivered == 2 && server.engine.generationCount == 1 }
            #expect(server.script.stored(before, "deliver.second") == [0])
            #expect(server.script.stored(after, "deliver.second").isEmpty)
            #expect(await entrances.first?.send().code == 421)
            try await eventually { try self.keptVersions(server.disk).count == 1 }
        }
        #expect(server.ledger.received == 2 && server.queue.discrepancies().isEmpty)
    }

    @Test func `a component that cannot be prepared leaves everything as it was`() async throws {
        let server = try TestServer(Self.old)
        try await server.run { entrances in
            let entrance = try #require(entrances.first)
            server.script.beFrail()
            let version = server.engine.plan.pipelines.first?.version
            await #expect(throws: PreparationError.self) { try await server.reload("deliver: [ store, probe ]") }
            #expect(server.engine.plan.pipelines.first?.version == version && server.engine.generationCount == 1)
            #expect(try keptVersions(server.disk).count == 1)
            #expect(await entrance.send().code == 250)
            try await eventually { server.ledger.delivered == 1 }
        }
        #expect(server.script.lives == ["prepare", "stop"])
    }

    @Test func `the same files again change nothing for mail that waits`() async throws {
        let server = try TestServer(Self.old)
        server.script.on("deliver.second") { _, _ in throw TestServer.Failure(description: "not now") }
        try await server.run { entrances in
            let id = try #require(await entrances.first?.send().message)
            try await server.quiet()
            try await server.reload(Self.old)
            let entrance = try await server.nextEntrance()
            try await eventually { server.engine.generationCount == 1 }
            server.script.on("deliver.second") { [script = server.script] message, context in
                script.store(message, context.step)
                return .proceed
            }
            server.clock.advance(by: .seconds(3_600))
            #expect(await entrance.send().code == 250)
            try await eventually { server.ledger.delivered == 2 }
            #expect(
                server.script.stored(id, "deliver.second") == [0] && server.script.calls("deliver.store").count == 2)
        }
    }

    @Test func `reloads under load lose and double nothing`() async throws {
        let server = try TestServer(Self.old)
        try await server.run { entrances in
            var entrance = try #require(entrances.first)
            var accepted: [MessageID: Int] = [:]
            for round in 0..<20 {
                for _ in 0..<5 { accepted[try #require(await entrance.send().message)] = round }
                try await server.reload(round.isMultiple(of: 2) ? Self.new : Self.old)
                entrance = try await server.nextEntrance()
            }
            try await eventually { server.ledger.delivered == 100 && server.engine.generationCount == 1 }
            for (id, round) in accepted {
                let isOld = round.isMultiple(of: 2)
                #expect(server.script.stored(id, "deliver.second") == (isOld ? [0] : []), "round \(round)")
                #expect(server.script.stored(id, "deliver.store-batch") == (isOld ? [] : [0]), "round \(round)")
            }
        }
        #expect(server.ledger.received == 100 && server.queue.discrepancies().isEmpty)
    }

    @Test func `the mail of a session that outlives two reloads is delivered`() async throws {
        let server = try TestServer(Self.old)
        let session = Gate()
        server.door.keepSession(until: session)
        try await server.run { entrances in
            defer { session.open() }
            // The same version again, which takes the delivery over, and then another one.
            for parts in [Self.old, Self.new] {
                try await server.reload(parts)
                _ = try await server.nextEntrance()
            }
            // Time for a generation to end that should not.
            try await Task.sleep(for: .milliseconds(300))
            let id = try #require(await entrances.first?.send().message)
            try await eventually { server.ledger.delivered == 1 }
            #expect(server.script.stored(id, "deliver.second") == [0])
            session.open()
            try await eventually { server.engine.generationCount == 1 }
            #expect(!server.door.isCut)
        }
    }

    @Test func `mail that waits in a pipeline that stays keeps no former generation alive`() async throws {
        let server = try TestServer(Self.old, Self.old)
        server.script.on("deliver.second") { _, _ in throw TestServer.Failure(description: "not now") }
        try await server.run(
            { entrances in
                for entrance in entrances { #expect(await entrance.send().code == 250) }
                try await server.quiet()
                server.script.on("deliver.second") { _, _ in .proceed }
                for (count, parts) in [Self.new, Self.old].enumerated() {
                    try await server.reload(Self.old, parts)
                    for _ in 0..<2 { _ = try await server.nextEntrance() }
                    // The second pipeline's mail of before keeps the first generation only.
                    try await eventually { server.engine.generationCount == 2 - count }
                }
                server.clock.advance(by: .seconds(3_600))
                try await eventually { server.queue.pendingByVersion().isEmpty }
            }, entrances: 2)
    }

    // MARK: Across a restart

    @Test(arguments: [Loss.everything, .nothing])
    func `mail finishes under its version after a restart with other files`(_ loss: Loss) async throws {
        let disk = SimulatedFileSystem()
        let id = try await postponed(on: disk)
        let again = try TestServer(Self.new, disk: disk.crash(loss, seed: 1))
        again.clock.advance(by: .seconds(3_600))
        try await again.serve { entrance in
            #expect(await entrance.send().code == 250)
            try await eventually { again.ledger.delivered == 2 && again.engine.generationCount == 1 }
            try await eventually { try self.keptVersions(again.disk).count == 1 }
        }
        #expect(again.script.stored(id, "deliver.second") == [0])
        #expect(again.script.stored(id, "deliver.store-batch").isEmpty)
    }

    @Test func `mail of a version that cannot be built any more is quarantined, and released into the present one`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let id = try await postponed(on: disk)
        let after = disk.crash(.nothing, seed: 1)
        for name in try after.list("/var/versions") { try after.remove("/var/versions/" + name) }
        let again = try TestServer(Self.new, disk: after)
        try await again.serve { _ in
            let held = try #require(again.queue.quarantined().first)
            #expect(held.id == id && held.step == "deliver.second" && held.reason.contains("cannot be built any more"))
            #expect(held.reason.contains(held.pipeline.digest.prefix(12)))
            #expect(
                again.log.lines("mail quarantined: its version of the pipeline cannot be built any more").count == 1)
            let error = await #expect(throws: ReleaseError.self) { try await again.engine.release(id, from: nil) }
            #expect(error?.description.contains("no step deliver.second, where the message stopped") == true)
            let unknown = await #expect(throws: ReleaseError.self) {
                try await again.engine.release(id, from: "deliver.nowhere")
            }
            #expect(unknown?.description == "inbound has no step deliver.nowhere; there are deliver.store-batch")
            try await again.engine.release(id, from: "deliver.store-batch")
            try await eventually { again.ledger.delivered == 1 }
        }
        #expect(again.script.stored(id, "deliver.store-batch") == [0])
    }

    @Test func `a former version that cannot be prepared for a while keeps its mail, and delivers it then`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let former = try TestServer("deliver: [ probe, store ]", disk: disk)
        former.script.on("deliver.store") { _, _ in throw TestServer.Failure(description: "not now") }
        var id: MessageID?
        try await former.serveUntilQuiet { id = await $0.send().message }
        let again = try TestServer(Self.new, disk: disk.crash(.nothing, seed: 1))
        again.clock.advance(by: .seconds(3_600))
        again.script.beFrail()
        try await again.serve { entrance in
            // The present version serves, and the mail is with nobody and nowhere else.
            #expect(await entrance.send().code == 250)
            try await eventually { again.ledger.delivered == 1 }
            let text = "mail waits: the former version of its pipeline cannot be prepared, and is tried again"
            try await eventually { again.log.lines(text).count > 2 }
            #expect(again.log.lines(text).first.map { "\($0.metadata)".contains("no such disk") } == true)
            #expect(again.queue.quarantined().isEmpty && again.ledger.pending == 1)
            again.script.beFrail(false)
            try await eventually { again.ledger.delivered == 2 && again.engine.generationCount == 1 }
        }
        #expect(again.script.stored(try #require(id), "deliver.store") == [0])
    }

    @Test func `a text that cannot be read for a while quarantines nothing`() async throws {
        let disk = SimulatedFileSystem()
        let id = try await postponed(on: disk)
        let after = disk.crash(.nothing, seed: 1)
        let again = try TestServer(Self.new, disk: after)
        again.clock.advance(by: .seconds(3_600))
        for name in try after.list("/var/versions") { after.refuse(.read, of: "/var/versions/" + name, code: 5) }
        try await again.serve { _ in
            #expect(again.queue.quarantined().isEmpty && again.ledger.pending == 1)
            after.heal()
            try await eventually { again.ledger.delivered == 1 }
        }
        #expect(again.script.stored(id, "deliver.second") == [0])
    }

    @Test func `what was prepared for a reload is stopped when the end has come meanwhile`() async throws {
        let server = try TestServer("deliver: [ store ]")
        server.script.whilePreparing { [engine = server.engine, queue = server.queue] in
            engine.stop()
            // Who waits for mail is told when nothing is handed out any more.
            _ = await queue.claim(PipelineVersion(name: "other", digest: ""), upTo: 1)
        }
        try await server.run { _ in
            await #expect(throws: ReloadError.self) { try await server.reload("deliver: [ probe, store ]") }
        }
        #expect(server.script.lives == ["prepare", "stop"] && server.engine.generationCount == 0)
    }

    @Test func `reloads beside the end leave nothing that was prepared`() async throws {
        for round in 0..<20 {
            let server = try TestServer("deliver: [ store ]")
            try await server.run { _ in
                async let reload: Void = server.reload("deliver: [ probe, store ]")
                for _ in 0..<round { await Task.yield() }
                server.engine.stop()
                do { try await reload } catch is ReloadError {}
            }
            let lives = server.script.lives
            #expect(lives.count { $0 == "prepare" } == lives.count { $0 == "stop" }, "round \(round): \(lives)")
        }
    }

    @Test func `a text that another process has written last is durable before mail comes under it`() async throws {
        let disk = SimulatedFileSystem()
        let server = try TestServer(Self.old, disk: disk)
        let plans = server.engine.plan.pipelines
        try server.versions.keep(plans)
        // As if written by a process that ended before it had them on the disk.
        let texts = try disk.list("/var/versions").map {
            ("/var/versions/" + $0, disk.content(of: "/var/versions/" + $0))
        }
        let other = SimulatedFileSystem()
        try other.createDirectory("/var")
        try other.synchronizeDirectory("/")
        try other.createDirectory("/var/versions")
        for (path, text) in texts {
            let file = try other.open(path, .create)
            try (text ?? []).withUnsafeBytes { try file.write($0, at: 0) }
        }
        let again = KeptVersions(directory: "/var/versions", fileSystem: other) { _ in plans[0] }
        try again.keep(plans)
        let after = other.crash(.everything, seed: 0)
        for (path, text) in texts { #expect(after.content(of: path) == text, "\(path)") }
    }

    /// Leaves a message waiting at the second step of the old version.
    private func postponed(on disk: SimulatedFileSystem) async throws -> MessageID {
        let server = try TestServer(Self.old, disk: disk)
        server.script.on("deliver.second") { _, _ in throw TestServer.Failure(description: "not now") }
        var id: MessageID?
        try await server.serveUntilQuiet { id = await $0.send().message }
        #expect(try keptVersions(disk).count == 1)
        return try #require(id)
    }

    private func keptVersions(_ disk: any FileSystem) throws -> Set<Substring> {
        Set(try disk.list("/var/versions").map { $0.prefix(64) })
    }
}
