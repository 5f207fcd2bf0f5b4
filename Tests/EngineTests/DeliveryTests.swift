import Addressing
import Logging
import Bytes
import DurableQueue
import Engine
import Files
import Foundation
import SMTP
import SimulatedFiles
import StageKit
import StageTesting
import Testing

/// After the durable line: every recipient gets to an end, and nobody is held up by somebody else's trouble.
struct DeliveryTests {
    struct Trouble: Error, CustomStringConvertible {
        let description = "the disk is on fire"
    }

    static let later = Reply(.localError, "Later")
    static let never = Reply(.policyViolation, "Never")

    @Test(arguments: [true, false])
    func `a message passes all steps, in memory and on disk`(_ isSimulated: Bool) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "engine-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { if !isSimulated { try FileManager.default.removeItem(at: directory) } } }
        let disk: any FileSystem = isSimulated ? SimulatedFileSystem() : LocalFileSystem()
        let server = try TestServer(
            """
            deliver:
              - store-batch
              - store: { when: 'message.size > 10' }
              - probe
            """, disk: disk, directory: directory.path)
        var sent: [MessageID] = []
        try await server.serveUntilQuiet { entrance in
            for number in 0..<5 {
                let answer = await entrance.send(
                    String(repeating: "x", count: number * 5), to: ["a@example.org", "b@example.org"])
                sent.append(try #require(answer.message))
            }
        }
        #expect(server.ledger.delivered == 5 && server.recipients.delivered == 10 && server.ledger.pending == 0)
        for (number, id) in sent.enumerated() {
            #expect(server.script.stored(id, "deliver.store-batch") == [0, 1])
            #expect(server.script.stored(id, "deliver.store") == (number > 2 ? [0, 1] : []))
        }
        #expect(server.count("deliver.probe", .success) == 5)
        #expect(server.count("deliver.store", .success) == 2)
    }

    @Test func `each recipient goes the way that the verdict says`() async throws {
        let server = try TestServer(
            """
            deliver: [ store-batch, store ]
            on-error: { transient: { retry: { first: 1m, factor: 1, max: 1m, for: 5d } } }
            """)
        server.script.onBatch("deliver.store-batch") { batch, _ in
            batch.map { message in
                .perRecipient(
                    message.recipients.map { recipient in
                        switch recipient.address.localPart {
                        case "postpone": .postpone(Self.later, reason: "busy")
                        case "reject": .reject(Self.never, reason: "gone")
                        case "discard": .discard(reason: "unwanted")
                        case "quarantine": .quarantine(reason: "odd")
                        default: .proceed
                        }
                    })
            }
        }
        var id: MessageID?
        try await server.serveUntilQuiet { entrance in
            id = await entrance.send(
                to: ["proceed", "postpone", "reject", "discard", "quarantine"].map { "\($0)@example.org" }
            ).message
        }
        let message = try #require(id)
        #expect(server.script.stored(message, "deliver.store") == [0])
        let tally = server.recipients
        #expect(tally.delivered == 1 && tally.pending == 1 && tally.quarantined == 2 && tally.discarded == 1)
        let pending = try #require(server.queue.pending(limit: 9).first)
        #expect(pending.step == "deliver.store-batch" && pending.reason == "busy")
        let ends = server.log.lines("message not delivered").map {
            "\($0.metadata["end"] ?? "-") \($0.metadata["step"] ?? "-") \($0.metadata["reason"] ?? "-")"
        }
        let step = "deliver.store-batch"
        #expect(
            ends.sorted() == ["discarded \(step) unwanted", "quarantined \(step) gone", "quarantined \(step) odd"])
    }

    @Test func `a batch is one call, and no larger than its limit`() async throws {
        let server = try TestServer("deliver: [ store, store-batch: { batch: 4 } ]")
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        let first = Gate()
        server.script.onBatch("deliver.store-batch") { batch, _ in
            if first.arrivals == 0 { await first.pass() }
            return batch.map { _ in .proceed }
        }
        try await server.serveUntilQuiet { entrance in
            for _ in 0..<9 { #expect(await entrance.send().code == 250) }
            gate.open()
            // The first call holds the lane until all others wait in it.
            try await eventually { server.count("deliver.store", .success) == 9 && first.arrivals == 1 }
            first.open()
        }
        let sizes = server.script.calls("deliver.store-batch").map(\.count)
        #expect(sizes.reduce(0, +) == 9 && sizes.allSatisfy { $0 <= 4 } && sizes.contains(4), "\(sizes)")
        #expect(sizes.count <= 4, "\(sizes)")
        #expect(server.ledger.delivered == 9)
    }

    @Test(arguments: [0, -1, Int.max])
    func `a batch limit that makes no sense does no harm`(_ limit: Int) async throws {
        let server = try TestServer("deliver: [ store-batch: { batch: \(limit) } ]")
        try await server.serveUntilQuiet { entrance in
            for _ in 0..<3 { #expect(await entrance.send().code == 250) }
        }
        #expect(server.ledger.delivered == 3)
    }

    @Test func `one bad message of a batch does not set back the others`() async throws {
        let server = try TestServer("deliver: [ store, store-batch: { batch: 8 } ]")
        let gate = Gate()
        server.script.on("deliver.store") { message, _ in
            // Holds the first until all wait for the batch behind it.
            if message.content.count == 1 { await gate.pass() }
            return .proceed
        }
        server.script.onBatch("deliver.store-batch") { [script = server.script] batch, context in
            if batch.count == 1, batch[0].content.count == 1 {
                try await eventually { script.calls("deliver.store").count == 6 }
            }
            for index in batch.indices { batch[index].facts["left.behind"] = .bool(true) }
            if batch.contains(where: { $0.content.count == 3 }) { throw Trouble() }
            for message in batch { script.store(message, context.step) }
            return batch.map { _ in .proceed }
        }
        var ids: [MessageID] = []
        try await server.serveUntilQuiet { entrance in
            for size in 1...6 {
                ids.append(try #require(await entrance.send(String(repeating: "x", count: size)).message))
            }
            gate.open()
        }
        #expect(server.script.calls("deliver.store-batch").contains { $0.count > 1 && $0.contains(ids[2]) })
        #expect(server.ledger.delivered == 5 && server.ledger.pending == 1)
        let pending = try #require(server.queue.pending(limit: 9).first)
        #expect(pending.id == ids[2] && pending.reason == "the disk is on fire" && pending.attempts == 1)
        for id in ids where id != ids[2] { #expect(server.script.stored(id, "deliver.store-batch") == [0]) }
        #expect(server.count("deliver.store-batch", .failure) == 1)
        #expect(server.count("deliver.store-batch", .success) == 5)
    }

    enum Misdeed: String, CaseIterable, Sendable {
        case error, tooFewVerdicts, tooManyVerdicts, reordered, otherRecipients, swappedRecipients, otherMessage
        case miscounted, nested, hanging, deafHanging
    }

    private func commit(_ misdeed: Misdeed, _ batch: inout [Message], _ gate: Gate) async throws -> [Verdict] {
        for index in batch.indices { batch[index].facts["left.behind"] = .bool(true) }
        switch misdeed {
        case .error: throw Trouble()
        case .tooFewVerdicts: return []
        case .tooManyVerdicts: return batch.map { _ in .proceed } + [.proceed]
        case .reordered: batch.append(batch[0])
        case .otherRecipients: batch[0].recipients.removeLast()
        case .swappedRecipients: batch[0].recipients.swapAt(0, 1)
        case .otherMessage: batch[0] = batch[0].with(content: Octets([1, 2, 3]))
        case .miscounted: return [.perRecipient([.proceed])]
        case .nested: return [.perRecipient([.proceed, .perRecipient([])])]
        case .hanging: try await Task.sleep(for: .seconds(3_600))
        case .deafHanging: await gate.pass()
        }
        return batch.map { _ in .proceed }
    }

    @Test(arguments: Misdeed.allCases, [true, false])
    func `a step that breaks its contract is tried again, or passed over if it is not required`(
        _ misdeed: Misdeed, _ isRequired: Bool
    ) async throws {
        let server = try TestServer(
            """
            deliver:
              - store
              - store-batch: { timeout: 100ms, required: \(isRequired) }
              - store: { as: last }
            """)
        let gate = Gate()
        defer { gate.open() }
        server.script.onBatch("deliver.store-batch") { batch, _ in try await self.commit(misdeed, &batch, gate) }
        server.script.on("deliver.last") { [script = server.script] message, context in
            #expect(message.facts["left.behind"] == nil)
            script.store(message, context.step)
            return .proceed
        }
        var id: MessageID?
        try await server.serveUntilQuiet { entrance in
            id = await entrance.send(to: ["a@example.org", "b@example.org"]).message
        }
        #expect(server.script.stored(try #require(id), "deliver.last") == (isRequired ? [] : [0, 1]))
        #expect(server.ledger.pending == (isRequired ? 1 : 0) && server.ledger.delivered == (isRequired ? 0 : 1))
        #expect(server.count("deliver.store-batch", .failure) == 1)
        #expect(server.log.lines("step failed").count == 1)
        if isRequired { #expect(server.queue.pending(limit: 1).first?.step == "deliver.store-batch") }
    }

    @Test func `a refusal of a step that is not required is passed over`() async throws {
        let server = try TestServer("deliver: [ store, store-batch: { required: false } ]")
        server.script.onBatch("deliver.store-batch") { batch, _ in
            batch.map { message in
                message.content.count == 1
                    ? .postpone(Self.later, reason: "busy")
                    : .perRecipient([.reject(Self.never, reason: "gone"), .proceed])
            }
        }
        try await server.serveUntilQuiet { entrance in
            _ = await entrance.send("x")
            _ = await entrance.send("xx", to: ["a@example.org", "b@example.org"])
        }
        #expect(server.ledger.delivered == 2 && server.count("deliver.store-batch", .refused) == 2)
    }
}
