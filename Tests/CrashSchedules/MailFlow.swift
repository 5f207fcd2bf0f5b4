import Bytes
import DurableQueue
package import SimulatedFiles
import StageKit

/// Sessions, deliveries, retries, quarantine, releases and the journal's roll-over, through the real engine and queue.
package struct MailFlow: Workload {
    /// What clients and the destination know.
    package struct Promises: Sendable {
        let seed: UInt64
        /// How many messages were sent, with or without an answer.
        var sent = 0
        /// The messages whose 250 was sent, by their ids.
        var accepted: [MessageID: Int] = [:]
        /// The copies at the destination, by the number of the message.
        var copies: [Destination.Copy: Int] = [:]
        /// Messages whose end was durable.
        var finished: Set<MessageID> = []
        /// What was seen to be wrong already.
        var failures: [String] = []
        /// The time.
        var now = MailFlow.start
    }

    package static let name = "mail"
    static let start = Timestamp(seconds: 1_700_000_000)
    private static let rounds = 5
    private static let messagesPerRound = 8

    private let seed: UInt64
    package let nothing: Promises

    package init(seed: UInt64) {
        self.seed = seed
        nothing = Promises(seed: seed)
    }

    static func recipients(_ number: Int) -> Int { number % 3 + 1 }

    /// A content that follows from number and seed.
    static func content(_ number: Int, _ seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed &+ UInt64(number) << 32)
        let size = [0, 40, 700, 3_000, 9_000].randomElement(using: &generator) ?? 0
        var content = Array("\(number)\r\n".utf8)
        while content.count < size { withUnsafeBytes(of: generator.next()) { content.append(contentsOf: $0) } }
        return content
    }

    package func prepare(_ disk: SimulatedFileSystem) throws {}

    package func run(on disk: SimulatedFileSystem, _ book: PromiseBook<Promises>) async throws {
        let destination = Destination(book)
        // A start that a fault has ended says so and lets nothing in; then it is started again.
        while !disk.isDown {
            let server: FlowServer
            do {
                server = try FlowServer(disk, destination, startingAt: Self.start)
            } catch is QueueError {
                continue
            }
            do {
                return try await serve(server, destination, book)
            } catch is FlowServer.Unprepared {
                try await server.queue.close()
            }
        }
    }

    private func serve(
        _ server: FlowServer, _ destination: Destination, _ book: PromiseBook<Promises>
    ) async throws {
        var generator = SeededGenerator(seed: seed)
        try await server.serve { entrance in
            for _ in 0..<Self.rounds {
                for _ in 0..<Self.messagesPerRound {
                    try await send(entrance, server, book)
                    if Int.random(in: 0..<4, using: &generator) == 0 { await settle(server, book) }
                }
                // Back and forth, as clocks are set; and far enough for the next attempts.
                let jump: Duration = Bool.random(using: &generator) ? .seconds(-86_400) : .zero
                for step in [jump, .zero - jump, .seconds(3_700)] {
                    await server.advance(by: step)
                    book.note { $0.now = server.now }
                    try await server.rest()
                }
                try await release(server, destination, &generator)
            }
        }
    }

    private func send(_ entrance: any Entrance, _ server: FlowServer, _ book: PromiseBook<Promises>) async throws {
        let number = book.now.sent
        book.note { $0.sent += 1 }
        let id = await entrance.send(Self.content(number, seed), recipients: Self.recipients(number))
        if let id { book.note { $0.accepted[id] = number } }
        try await server.rest()
    }

    /// Makes outcomes durable, and notes which messages are over for good.
    private func settle(_ server: FlowServer, _ book: PromiseBook<Promises>) async {
        do {
            try await server.queue.recordDurably([])
        } catch {
            return  // the disk refused; nothing is promised
        }
        let open = Set(server.queue.pending(limit: .max).map(\.id) + server.queue.quarantined().map(\.id))
        book.note { $0.finished.formUnion(Set($0.accepted.keys).subtracting(open)) }
    }

    /// Lets some messages out of quarantine, with or without what put them there.
    private func release(
        _ server: FlowServer, _ destination: Destination, _ generator: inout SeededGenerator
    ) async throws {
        if Bool.random(using: &generator) { destination.mend() }
        for held in server.queue.quarantined() where Bool.random(using: &generator) {
            do {
                try await server.queue.release(held.id, from: Bool.random(using: &generator) ? "deliver.bring" : nil)
            } catch {
                // The disk refused: it is still there, or comes back after the next start.
            }
            try await server.rest()
        }
        destination.unmend()
    }

    package func restart(_ disk: SimulatedFileSystem) async throws {
        let (queue, _) = try FlowServer.open(disk) { Self.start }
        try await queue.close()
    }

    package func inspect(_ disk: SimulatedFileSystem, _ promises: Promises) async throws -> [String] {
        let book = PromiseBook(promises)
        let destination = Destination(book)
        destination.mend()
        let server = try FlowServer(disk, destination, startingAt: promises.now)
        var failures = Self.findings(server)
        let ledger = server.queue.ledger()["inbound"] ?? Ledger()
        failures += Self.differences(ledger, promises)
        try await server.serve { _ in
            await server.advance(by: .seconds(7_200))
            for held in server.queue.quarantined() { try await server.queue.release(held.id) }
            try await server.rest()
            try await server.queue.recordDurably([])
        }
        let after = server.queue.ledger()["inbound"] ?? Ledger()
        if after.messages.pending + after.messages.quarantined > 0 || !after.isBalanced {
            failures.append("at the end the ledger says \(after)")
        }
        failures += Self.missing(book.now) + book.now.failures
        let (again, _) = try FlowServer.open(disk.crash(.everything, seed: 0)) { server.now }
        if again.ledger()["inbound"] ?? Ledger() != after {
            failures.append("after the next start the ledger says \(again.ledger()), not \(after)")
        }
        try await again.close()
        return failures
    }

    /// What a start must not find after mere crashes.
    private static func findings(_ server: FlowServer) -> [String] {
        server.report.findings.filter { $0.kind != .torn }.map { "found \($0)" }
            + server.report.poisoned.map { "\($0) is taken for poison" }
    }

    private static func differences(_ ledger: Ledger, _ promises: Promises) -> [String] {
        guard ledger.isBalanced, ledger.messages.unreadable == 0, ledger.recipients.unreadable == 0,
            ledger.messages.received >= promises.accepted.count, ledger.messages.received <= promises.sent
        else { return ["\(promises.accepted.count) of \(promises.sent) were accepted, and the ledger says \(ledger)"] }
        return []
    }

    /// Recipients without their copy: of what was accepted nobody's may be missing, of all else all or none.
    private static func missing(_ promises: Promises) -> [String] {
        var failures: [String] = []
        let messages = Dictionary(grouping: promises.copies, by: \.key.message)
        for (id, number) in promises.accepted where Destination.fate(number) != .droppedBefore {
            if messages[id]?.count != recipients(number) {
                failures.append("message \(number) is lost, or a part of it")
            }
        }
        for (id, copies) in messages where promises.accepted[id] == nil {
            guard let number = copies.first?.value, copies.count == recipients(number) else {
                failures.append("of a message that was not accepted a part is there")
                continue
            }
        }
        return failures
    }
}
