import Bytes
import DurableQueue
import Engine
import SMTP
import SimulatedFiles
import StageKit
import Synchronization
import Testing

/// A message that ends the process, among others that were under way with it.
struct SuspectTests {
    /// The disk as the process left it when it ended within a step.
    private final class Remains: Sendable {
        private let kept = Mutex<SimulatedFileSystem?>(nil)

        var disk: SimulatedFileSystem? { kept.withLock { $0 } }

        func keep(_ disk: SimulatedFileSystem) { kept.withLock { $0 = $0 ?? disk } }
    }

    private static let step = "deliver.store-batch"

    /// One life of the server, which ends where the poison comes to the step; what it leaves, if it ended so.
    private func live(on disk: SimulatedFileSystem, _ script: Script) async throws -> SimulatedFileSystem? {
        let server = try TestServer("deliver: [ store-batch ]", disk: disk, script: script)
        let remains = Remains()
        let end = Gate()
        script.onBatch(Self.step) { batch, context in
            let isPoison = batch.contains { $0.content.array.starts(with: Array("poison".utf8)) }
            if isPoison { remains.keep(disk.crash(.nothing, seed: 0)) }
            // Nothing happens after the end.
            if remains.disk != nil {
                await end.pass()
            } else {
                for message in batch { script.store(message, context.step) }
            }
            return batch.map { _ in .proceed }
        }
        try await server.serve { _ in
            try await eventually { end.arrivals > 0 || server.ledger.pending == 0 }
            end.open()
        }
        guard remains.disk == nil else { return remains.disk }
        #expect(server.queue.quarantined().map(\.step) == [Self.step])
        #expect(server.ledger.delivered == 2 && server.ledger.quarantined == 1 && server.ledger.isBalanced)
        return nil
    }

    @Test func `suspects of a crash are tried one by one, so that poison takes nobody along`() async throws {
        let disk = SimulatedFileSystem()
        let script = Script()
        let first = try TestServer("deliver: [ store-batch ]", disk: disk, script: script)
        let gate = Gate()
        script.onBatch(Self.step) { batch, _ in
            await gate.pass()
            return batch.map { _ in .postpone(Reply(.localError, "Later"), reason: "the first life is over") }
        }
        var ids: [MessageID] = []
        var next: SimulatedFileSystem?
        try await first.serve { entrance in
            for text in ["mail 1\r\n", "poison\r\n", "mail 2\r\n"] {
                ids.append(try #require(await entrance.send(text).message))
            }
            next = disk.crash(.nothing, seed: 0)
            gate.open()
        }
        let before = script.calls(Self.step).count
        var lives = 0
        while let current = next, lives < 10 {
            lives += 1
            next = try await live(on: current, script)
        }
        let poison = ids[1]
        let calls = script.calls(Self.step).dropFirst(before)
        #expect(calls.first?.contains(poison) == true && calls.first?.count == 3, "at first they are one batch")
        #expect(calls.dropFirst().allSatisfy { $0 == [poison] || !$0.contains(poison) }, "then it is alone: \(calls)")
        #expect(calls.count { $0.contains(poison) } == QueueOptions().attemptLimit)
        for id in [ids[0], ids[2]] { #expect(script.stored(id, Self.step) == [0]) }
    }
}
