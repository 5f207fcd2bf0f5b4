import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// Large messages, whose content stands in files of their own.
struct SpoolTests {
    private func names(_ disk: SimulatedFileSystem) throws -> [String] {
        try disk.list(Fixture.directory).filter { $0.hasPrefix("spool-") }
    }

    @Test func `a large message is accepted, delivered, and its file goes`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        let before = disk.traffic.octets
        _ = try await queue.append(try await Fixture.largeMessage(1, size: 200_000, in: queue))
        #expect(Double(disk.traffic.octets - before) <= 1.1 * 200_000)
        #expect(try names(disk) == ["spool-\(Fixture.id(1)).mail"])
        let claimed = await queue.claim(pipeline: "inbound", upTo: 5)
        #expect(claimed.map(\.content.array) == [Fixture.content(1, 200_000)])
        #expect(queue.pending(limit: 9).first.map { $0.size.octets } == 200_000)
        try await queue.recordDurably([Fixture.delivered(1)])
        try await queue.close()
        #expect(try names(disk).isEmpty)
        #expect(queue.ledger()["inbound"]?.messages.delivered == 1)
    }

    @Test(arguments: [-1, 0, 1])
    func `what came in pieces and is not so large stands in the journal, durably, and its file goes`(
        difference: Int
    ) async throws {
        let disk = SimulatedFileSystem()
        var options = Fixture.options
        options.recordedContent = ByteCount(octets: 100_000)
        let (queue, _) = try Fixture.open(disk, options: options)
        let size = 100_000 + difference
        _ = try await queue.append(try await Fixture.largeMessage(1, size: size, in: queue))
        let after = disk.crash(.everything, seed: 0)
        let (again, report) = try Fixture.open(after, options: options)
        #expect(report.pending == 1)
        #expect(try names(after).isEmpty == (difference <= 0))
        #expect(await again.claim(pipeline: "inbound", upTo: 5).map(\.content.array) == [Fixture.content(1, size)])
        try await again.close()
        try await queue.close()
    }

    @Test func `what came in pieces and stands in the journal counts once towards the limit`() async throws {
        let disk = SimulatedFileSystem()
        var options = Fixture.options
        options.recordedContent = ByteCount(octets: 100_000)
        // Two of them, each twice for a moment.
        options.octetLimit = ByteCount(octets: 410_000)
        let (queue, _) = try Fixture.open(disk, options: options)
        for number in 1...8 {
            _ = try await queue.append(try await Fixture.largeMessage(number, size: 100_000, in: queue))
            #expect(await queue.claim(pipeline: "inbound", upTo: 5).map(\.id) == [Fixture.id(number)])
            try await queue.recordDurably([Fixture.delivered(number)])
        }
        try await queue.close()
        #expect(try names(disk).isEmpty)
    }

    @Test func `a large message is read back after a restart, from quarantine, and after its record has moved`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...2 {
            _ = try await queue.append(try await Fixture.largeMessage(number, size: 90_000, in: queue))
        }
        let held = RecipientState.quarantined(step: "deliver.index", reason: "odd")
        try await queue.recordDurably([Update(id: Fixture.id(2), recipients: [(0, held)])])
        // Enough mail comes and goes for both records to be carried to newer segments.
        for number in 3...150 {
            _ = try await queue.append(Fixture.message(number))
            queue.record([Fixture.delivered(number)])
        }
        try await queue.close()
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(report.findings.isEmpty && report.pending == 1 && report.quarantined == 1)
        #expect(try await again.quarantinedMessage(Fixture.id(2))?.content.array == Fixture.content(2, 90_000))
        try await again.release(Fixture.id(2))
        let claimed = await again.claim(pipeline: "inbound", upTo: 9)
        #expect(claimed.map(\.content.array) == [1, 2].map { Fixture.content($0, 90_000) })
        try await again.close()
    }

    @Test func `the file of a message that is finished goes by itself, whatever else the journal does`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        _ = try await queue.append(try await Fixture.largeMessage(1, size: 20_000, in: queue))
        // Enough to seal a segment, so that the outcomes that follow have old segments retired.
        for number in 2...30 { _ = try await queue.append(Fixture.message(number)) }
        queue.record((1...30).map { Fixture.delivered($0) })
        while try !names(disk).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        try await queue.close()
    }

    @Test func `what is abandoned or refused leaves nothing behind, neither on disk nor in the limits`() async throws {
        let disk = SimulatedFileSystem()
        var options = Fixture.options
        options.octetLimit = ByteCount(octets: 100_000)
        let (queue, _) = try Fixture.open(disk, options: options)
        for number in 1...3 {
            let spool = queue.makeSpool(for: Fixture.id(number))
            try await spool.append(Octets(Fixture.content(number, 60_000)))
            switch number {
            case 1: spool.abandon()
            case 2:
                await #expect(throws: QueueError.self) { try await spool.append(Octets(Fixture.content(2, 60_000))) }
            default: _ = try await spool.finish()  // and dropped
            }
            await #expect(throws: QueueError.closed) {
                if number == 3 { throw QueueError.closed }
                try await spool.append(Octets(Fixture.content(1, 10)))
            }
        }
        _ = try await queue.append(Fixture.message(9, size: 10))
        while try !names(disk).isEmpty { await Task.yield() }
        _ = try await queue.append(try await Fixture.largeMessage(4, size: 95_000, in: queue))
        let discarded = try await Fixture.largeMessage(
            5, size: 1_000, disposition: .discard(step: "message.decide", reason: "junk"), in: queue)
        _ = try await queue.append(discarded)
        while try names(disk).count > 1 { await Task.yield() }
        await #expect(throws: QueueError.full(.octets(100_000))) {
            _ = try await queue.append(try await Fixture.largeMessage(6, size: 60_000, in: queue))
        }
        try await queue.recordDurably([Fixture.delivered(4)])
        _ = try await queue.append(try await Fixture.largeMessage(7, size: 95_000, in: queue))
        try await queue.close()
        await #expect(throws: QueueError.closed) {
            _ = try await Fixture.largeMessage(8, size: 10, in: queue)
        }
    }

    @Test(arguments: [0, 1]) func `large messages leave a reserve of the disk, and usual ones still come in`(
        excess: Int
    ) async throws {
        let disk = SimulatedFileSystem(capacity: 200 << 10)
        var options = Fixture.options
        options.diskReserve = ByteCount(octets: 50_000)
        let (queue, _) = try Fixture.open(disk, options: options)
        _ = try await queue.append(Fixture.message(1))
        let size = try disk.freeSpace(at: Fixture.directory) - 50_000 + excess
        do {
            _ = try await queue.append(try await Fixture.largeMessage(2, size: size, in: queue))
            #expect(excess == 0)
        } catch {
            #expect(excess == 1 && error as? QueueError == .outOfSpace)
        }
        for number in 3...9 { _ = try await queue.append(Fixture.message(number)) }
        try await queue.close()
    }

    @Test(arguments: [OperationKind.synchronize, .synchronizeDirectory, .write, .create])
    func `a large message that the disk refuses is refused, and the next is taken`(_ kind: OperationKind) async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        disk.planAlways(.inputOutput, for: kind)
        await #expect(throws: QueueError.self) {
            _ = try await queue.append(try await Fixture.largeMessage(1, size: 20_000, in: queue))
        }
        disk.heal()
        _ = try await queue.append(try await Fixture.largeMessage(2, size: 20_000, in: queue))
        #expect(await queue.claim(pipeline: "inbound", upTo: 9).map(\.id) == [Fixture.id(2)])
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(report.pending == 1 && report.findings.allSatisfy { $0.kind == .torn }, "\(report.findings)")
        try await again.close()
        try await queue.close()
        #expect(try names(disk).count == 1)
    }
}

extension Fixture {
    /// A message whose content comes in pieces.
    static func largeMessage(
        _ number: Int, size: Int, recipients: Int = 1, disposition: Disposition = .deliver, piece: Int = 30_000,
        in queue: DurableQueue
    ) async throws -> NewMessage {
        let spool = queue.makeSpool(for: id(number))
        let bytes = content(number, size)
        for start in stride(from: 0, to: size, by: piece) {
            try await spool.append(Octets(bytes[start..<min(start + piece, size)]))
        }
        var message = message(number, size: 0, recipients: recipients, disposition: disposition)
        message.content = try await spool.finish()
        message.spool = spool
        return message
    }
}
