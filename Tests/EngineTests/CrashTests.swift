import Bytes
import DurableQueue
import Engine
import SimulatedFiles
import StageKit
import Synchronization
import Testing

/// The power fails at every operation of the queue's disk while mail comes in and is delivered.
struct CrashTests {
    struct Trouble: Error {}

    static let parts = """
        session: { message: [ probe ] }
        deliver:
          - store-batch
          - probe
          - store
          - store: { as: optional, required: false }
        on-error: { transient: { retry: { first: 10ms, factor: 1, max: 10ms, for: 5d } } }
        """

    /// What a client was told.
    private struct Promises {
        var sent = 0
        var accepted: [MessageID: (recipients: Int, text: String)] = [:]
    }

    private static func recipients(_ number: Int) -> Int { number % 3 + 1 }
    private static func text(_ number: Int) -> String {
        String(repeating: "line \(number)\r\n", count: number * 40 + 1)
    }

    /// Sends until the power fails, and waits for what follows from it.
    private func work(_ server: TestServer, _ disk: SimulatedFileSystem) async -> Promises {
        var promises = Promises()
        do {
            try await server.serve { entrance in
                for number in 0..<6 {
                    let count = Self.recipients(number)
                    let text = Self.text(number)
                    promises.sent += 1
                    let answer = await entrance.send(text, to: (0..<count).map { "user\($0)@example.org" })
                    if let id = answer.message { promises.accepted[id] = (count, text) }
                }
                try await eventually { disk.isDown || server.ledger.pending == 0 }
            }
        } catch {
            if !disk.isDown { Issue.record("\(error)") }
        }
        return promises
    }

    /// A script in which a step fails once for one of the messages, and another lets one recipient wait once.
    private func script() -> Script {
        let script = Script()
        let failed = Gate()
        failed.open()
        script.on("deliver.store") { message, context in
            if message.content.array.starts(with: Array("line 4".utf8)), failed.arrivals == 0 {
                await failed.pass()
                throw Trouble()
            }
            script.store(message, context.step)
            return .proceed
        }
        return script
    }

    private func operationCount() async throws -> Int {
        let disk = SimulatedFileSystem()
        let server = try TestServer(Self.parts, disk: disk, script: script())
        let promises = await work(server, disk)
        #expect(promises.accepted.count == 6 && server.ledger.delivered == 6)
        return disk.operationCount
    }

    @Test(arguments: [Loss.everything, .nothing, .someOctets])
    func `what was accepted is delivered to every recipient once, whenever the power fails`(_ loss: Loss) async throws {
        let count = try await operationCount()
        for operation in 1...count { try await crash(at: operation, loss) }
    }

    private func crash(at operation: Int, _ loss: Loss) async throws {
        let context = "crash at operation \(operation), loss \(loss)"
        let disk = SimulatedFileSystem(seed: UInt64(operation))
        disk.plan(.crash, at: operation)
        let script = script()
        var promises = Promises()
        do {
            promises = await work(try TestServer(Self.parts, disk: disk, script: script), disk)
        } catch {
            // The power failed before the queue was open.
            if !disk.isDown { Issue.record("\(error)") }
        }
        let again = try TestServer(Self.parts, disk: disk.crash(loss, seed: UInt64(operation)), script: script)
        try await again.serve { _ in try await eventually { again.ledger.pending == 0 } }
        for (id, promise) in promises.accepted {
            for step in ["deliver.store-batch", "deliver.store", "deliver.optional"] {
                #expect(script.stored(id, step) == Array(0..<promise.recipients), "\(context): \(step)")
                let effect = Script.Effect(message: id, recipient: 0, step: step)
                #expect(script.effects[effect] == Array(promise.text.utf8), "\(context): \(step)")
            }
        }
        #expect(Set(script.effects.keys.map(\.message)).count <= promises.sent, "\(context)")
        let tally = again.ledger
        #expect(tally.isBalanced && tally.delivered == tally.received && tally.received <= promises.sent, "\(context)")
    }

    @Test func `a message that ends the process at a step goes to quarantine after some starts`() async throws {
        var disk = SimulatedFileSystem()
        var starts = 0
        var quarantined: [QuarantineSummary] = []
        while quarantined.isEmpty, starts < 10 {
            starts += 1
            let current = disk
            let server = try TestServer("deliver: [ store ]", disk: current)
            quarantined = server.queue.quarantined()
            let gate = Gate()
            let remains = Remains()
            server.script.on("deliver.store") { _, _ in
                // The process ends here: what was written stays.
                remains.keep(current.crash(.nothing, seed: 0))
                await gate.pass()
                return .proceed
            }
            try await server.serve { [starts, quarantined] entrance in
                if starts == 1 { #expect(await entrance.send().code == 250) }
                guard quarantined.isEmpty else { return }
                try await eventually { gate.arrivals == 1 }
                disk = remains.disk ?? disk
                gate.open()
            }
        }
        // The first life does not mark what it has accepted itself; the last finds the marks of those between.
        #expect(starts == QueueOptions().attemptLimit + 2)
        #expect(quarantined.map(\.step) == ["deliver.store"])
    }
}

/// The disk that a process leaves behind.
private final class Remains: Sendable {
    private let kept = Mutex<SimulatedFileSystem?>(nil)

    var disk: SimulatedFileSystem? { kept.withLock { $0 } }

    func keep(_ disk: SimulatedFileSystem) { kept.withLock { $0 = disk } }
}
