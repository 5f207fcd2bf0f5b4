import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Synchronization
import Testing

/// Messages that cannot be read back while the queue runs: they hold up nobody else.
struct UnreadableTests {
    private let disk = SimulatedFileSystem()
    private let clock = ManualClock()

    /// A queue whose first segment holds two quarantined messages, with the first one's record damaged if asked for.
    private func makeQueue(damage: Bool) async throws -> (queue: DurableQueue, segment: String) {
        let (queue, _) = try Fixture.open(disk, clock: clock)
        for number in 1...2 {
            let held = Disposition.quarantine(step: "message.check", reason: "odd")
            _ = try await queue.append(Fixture.message(number, recipients: 2, disposition: held))
        }
        try await finish(3...12, queue)
        let segments = try disk.list(Fixture.directory).filter { $0.hasPrefix("journal-") }
        let segment = try #require(segments.first { index(of: 1, in: $0) != nil })
        #expect(segment != segments.last, "the segment is not written any more")
        if damage {
            let offset = try #require(index(of: 1, in: segment))
            var content = try #require(disk.content(of: path(segment)))
            content[offset] ^= 4
            disk.place(content, at: path(segment))
        }
        return (queue, segment)
    }

    private func path(_ name: String) -> String { Fixture.directory + "/" + name }

    private func index(of number: Int, in name: String) -> Int? {
        disk.content(of: path(name))?.firstRange(of: Fixture.content(number).prefix(24))?.lowerBound
    }

    private func finish(_ numbers: ClosedRange<Int>, _ queue: DurableQueue) async throws {
        for number in numbers {
            _ = try await queue.append(Fixture.message(number))
            try await queue.recordDurably([Fixture.delivered(number)])
        }
    }

    private func octets() throws -> Int {
        try disk.list(Fixture.directory).filter { !$0.hasSuffix(".damaged") }
            .reduce(0) { $0 + (disk.content(of: path($1))?.count ?? 0) }
    }

    @Test func `a damaged record in the oldest segment is given up, and space is freed as before`() async throws {
        let (queue, segment) = try await makeQueue(damage: true)
        let damaged = disk.content(of: path(segment))
        var largest = 0
        for first in stride(from: 21, to: 400, by: 20) {
            try await finish(first...first + 19, queue)
            largest = max(largest, try octets())
        }
        #expect(largest <= 12 * 32 << 10, "the journal has grown to \(largest) octets")
        #expect(disk.content(of: path(segment + ".damaged")) == damaged, "the evidence is kept as it was found")
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(ledger.isBalanced && ledger.messages.unreadable == 1 && ledger.recipients.unreadable == 2)
        #expect(queue.discrepancies().isEmpty)
        #expect(queue.quarantined().map(\.id) == [Fixture.id(2)])
        let findings = queue.takeFindings()
        #expect(findings.map(\.messages) == [[Fixture.id(1)]] && findings.map(\.file) == [segment])
        #expect(queue.takeFindings().isEmpty)
        #expect(try await queue.quarantinedMessage(Fixture.id(2))?.content.array == Fixture.content(2))
        try await queue.close()
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(report.findings.isEmpty && report.quarantined == 1 && again.ledger() == queue.ledger())
        try await again.close()
    }

    @Test func `the power may fail at any moment meanwhile, and neither mail nor evidence is lost`() async throws {
        let (queue, segment) = try await makeQueue(damage: true)
        let damaged = try #require(disk.content(of: path(segment)))
        let crashes = Crashes()
        disk.watchCrashes { crashes.add($0) }
        try await finish(21...80, queue)
        try await queue.close()
        #expect(crashes.disks.count > 100)
        for (number, crashed) in crashes.disks.enumerated() {
            for loss in Loss.allCases {
                let context = "operation \(number), loss \(loss)"
                let restarted = crashed.crash(loss, seed: UInt64(number))
                let (again, report) = try Fixture.open(restarted)
                #expect(report.quarantined == 1 && again.quarantined().map(\.id) == [Fixture.id(2)], "\(context)")
                let ledger = try #require(again.ledger()["inbound"])
                #expect(ledger.isBalanced && ledger.messages.unreadable == 1, "\(context): \(ledger)")
                #expect(
                    try await again.quarantinedMessage(Fixture.id(2))?.content.array == Fixture.content(2), "\(context)"
                )
                #expect(restarted.content(of: path(segment + ".damaged")) == damaged, "\(context): \(report.findings)")
                try await again.close()
            }
        }
    }

    @Test func `a disk that fails for a while costs nothing, and a bad sector costs its messages`() async throws {
        let (queue, segment) = try await makeQueue(damage: false)
        disk.refuse(.read, of: path(segment), code: 5)
        try await finish(21...80, queue)
        clock.advance(by: .seconds(61))
        try await finish(81...100, queue)
        #expect(queue.quarantined().count == 2 && queue.takeFindings().isEmpty)
        clock.advance(by: .seconds(61))
        try await finish(101...200, queue)
        #expect(queue.quarantined().isEmpty && queue.ledger()["inbound"]?.messages.unreadable == 2)
        #expect(queue.takeFindings().map(\.messages) == [[Fixture.id(1)], [Fixture.id(2)]])
        #expect(try octets() <= 12 * 32 << 10)
        try await queue.close()
    }

    @Test func `the content of a large message whose record is damaged is kept`() async throws {
        let (queue, _) = try Fixture.open(disk, clock: clock)
        let spool = queue.makeSpool(for: Fixture.id(1))
        try await spool.append(Octets(Fixture.content(1, 20_000)))
        var message = Fixture.message(1, disposition: .quarantine(step: "message.check", reason: "odd"))
        message.content = try await spool.finish()
        message.spool = spool
        _ = try await queue.append(message)
        try await finish(2...12, queue)
        let name = try #require(try disk.list(Fixture.directory).first { $0.hasPrefix("journal-") })
        var content = try #require(disk.content(of: path(name)))
        let offset = try #require(content.firstRange(of: Fixture.head(1))).lowerBound
        content[offset] ^= 4
        disk.place(content, at: path(name))
        try await finish(21...200, queue)
        #expect(queue.ledger()["inbound"]?.messages.unreadable == 1 && queue.quarantined().isEmpty)
        let kept = path("spool-\(Fixture.id(1)).mail.damaged")
        #expect(disk.content(of: kept) == Fixture.content(1, 20_000))
        try await queue.close()
    }
}

/// The disks that crashes leave.
private final class Crashes: Sendable {
    private let found = Mutex<[SimulatedFileSystem]>([])

    var disks: [SimulatedFileSystem] { found.withLock { $0 } }

    func add(_ disk: SimulatedFileSystem) { found.withLock { $0.append(disk) } }
}
