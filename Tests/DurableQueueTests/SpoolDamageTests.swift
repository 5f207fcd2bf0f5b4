import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// Files of large messages that are missing, damaged or nobody's.
struct SpoolDamageTests {
    private static let name = "spool-\(Fixture.id(1)).mail"
    private static let path = Fixture.directory + "/" + name

    /// A disk with one large message and a small one.
    private func image() async throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        _ = try await queue.append(try await Fixture.largeMessage(1, size: 50_000, in: queue))
        _ = try await queue.append(Fixture.message(2))
        try await queue.close()
        return disk.crash(.everything, seed: 0)
    }

    /// Opens the queue, and sees that the small message comes and the large one is in quarantine.
    private func expectQuarantined(_ disk: SimulatedFileSystem) async throws -> RecoveryReport {
        let (queue, report) = try Fixture.open(disk)
        var claimed: [QueuedMessage] = []
        while claimed.isEmpty { claimed += await queue.claim(pipeline: "inbound", upTo: 9) }
        #expect(claimed.map { Int($0.id.low) } == [2])
        let held = try #require(queue.quarantined().first)
        #expect(held.id == Fixture.id(1) && held.reason.contains(Self.name), "\(held)")
        #expect(queue.ledger()["inbound"]?.isBalanced == true)
        #expect(queue.ledger()["inbound"]?.messages.quarantined == 1)
        await #expect(throws: QueueError.unreadable(Fixture.id(1), file: Self.name, offset: 0)) {
            try await queue.quarantinedMessage(Fixture.id(1))
        }
        try await queue.close()
        let (again, _) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(again.quarantined().map(\.id) == [Fixture.id(1)])
        try await again.close()
        return report
    }

    @Test func `a missing file is named, and its message quarantined`() async throws {
        let disk = try await image()
        try disk.remove(Self.path)
        let report = try await expectQuarantined(disk)
        #expect(report.findings == [.init(.missing, file: Self.name, count: 50_000, messages: [Fixture.id(1)])])
    }

    @Test(arguments: [0, 1, 49_999, 50_001]) func `a file of another length is named and kept`(_ size: Int) async throws
    {
        let disk = try await image()
        let content = (Fixture.content(1, 50_000) + [0]).prefix(size)
        disk.place(Array(content), at: Self.path)
        let report = try await expectQuarantined(disk)
        #expect(report.findings.map(\.kind) == [.damaged] && report.findings.first?.messages == [Fixture.id(1)])
        #expect(disk.content(of: Self.path) == Array(content))
    }

    @Test func `a flipped bit is found when the message is read, which then is quarantined`() async throws {
        let disk = try await image()
        var content = Fixture.content(1, 50_000)
        content[33_333] ^= 4
        disk.place(content, at: Self.path)
        let report = try await expectQuarantined(disk)
        #expect(report.findings.isEmpty)
        #expect(disk.content(of: Self.path) == content)
    }

    @Test func `a file that no record refers to goes at the start`() async throws {
        let disk = try await image()
        let orphan = Fixture.directory + "/spool-\(Fixture.id(77)).mail"
        disk.place([1, 2, 3], at: orphan)
        let (queue, report) = try Fixture.open(disk)
        #expect(report.findings.isEmpty && report.pending == 2)
        #expect(disk.content(of: orphan) == nil)
        #expect(disk.content(of: Self.path) != nil)
        try await queue.close()
    }

    @Test func `with the journal damaged, a file without a record is set aside, not removed`() async throws {
        let disk = try await image()
        let segment = try #require(disk.list(Fixture.directory).first { $0.hasPrefix("journal-") })
        var bytes = try #require(disk.content(of: Fixture.directory + "/" + segment))
        let place = try #require((64..<bytes.count).first { bytes[$0...].starts(with: Array("head 1".utf8)) })
        bytes[place] ^= 1
        disk.place(bytes, at: Fixture.directory + "/" + segment)
        let (queue, report) = try Fixture.open(disk)
        #expect(
            report.findings.contains { $0.file == Self.name && $0.messages == [Fixture.id(1)] }, "\(report.findings)")
        #expect(report.pending == 1)
        #expect(disk.content(of: Self.path + ".damaged") == Fixture.content(1, 50_000))
        try await queue.close()
        let (again, second) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(second.findings.isEmpty, "\(second.findings)")
        try await again.close()
    }
}
