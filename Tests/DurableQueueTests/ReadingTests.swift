import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// A disk that cannot be read now, and perhaps later.
struct ReadingTests {
    /// Reading and opening fail with these.
    private static let inputOutput: Int32 = 5
    private static let tooManyFiles: Int32 = 24

    /// A queue that keeps nothing in memory.
    private func narrow(_ disk: SimulatedFileSystem, _ clock: ManualClock) throws -> DurableQueue {
        var options = Fixture.options
        options.cacheLimit = ByteCount(octets: 0)
        return try Fixture.open(disk, clock: clock, options: options).0
    }

    private func segments(_ disk: SimulatedFileSystem) throws -> [String] {
        try disk.list(Fixture.directory).filter { $0.hasPrefix("journal-") }
    }

    @Test(arguments: [(FileError.Operation.read, inputOutput), (.open, tooManyFiles)])
    func `mail that cannot be read for now waits, and is neither lost nor kept aside`(
        _ operation: FileError.Operation, _ code: Int32
    ) async throws {
        let disk = SimulatedFileSystem()
        let clock = ManualClock()
        let queue = try narrow(disk, clock)
        _ = try await queue.append(Fixture.message(1))
        for name in try segments(disk) { disk.refuse(operation, of: Fixture.directory + "/" + name, code: code) }
        async let claimed = queue.claim(pipeline: "inbound", upTo: 1)
        while queue.pending(limit: 1).first?.until == nil { await Task.yield() }
        #expect(queue.pending(limit: 1).first?.reason?.contains("cannot \(operation)") == true)
        #expect(queue.quarantined().isEmpty)
        disk.heal()
        clock.advance(by: .seconds(61))
        await queue.written()
        #expect(await claimed.map(\.content.array) == [Fixture.content(1)])
        try await queue.close()
    }

    @Test func `mail whose octets are damaged is kept aside, and the others go on`() async throws {
        let disk = SimulatedFileSystem()
        let queue = try narrow(disk, ManualClock())
        for number in 1...2 { _ = try await queue.append(Fixture.message(number)) }
        let path = Fixture.directory + "/" + (try #require(try segments(disk).first))
        let content = try #require(disk.content(of: path))
        let start = try #require(content.indices.first { content[$0...].starts(with: Fixture.content(1).prefix(16)) })
        try [content[start] ^ 1].withUnsafeBytes { try disk.open(path, .update).write($0, at: start) }
        #expect(await queue.claim(pipeline: "inbound", upTo: 9).map(\.id) == [Fixture.id(2)])
        #expect(queue.quarantined().map(\.id) == [Fixture.id(1)])
        #expect(queue.quarantined().first?.reason.contains("cannot be read from journal-") == true)
        try await queue.close()
    }

    @Test func `a segment that cannot be opened makes the start refuse, and the next one finds everything`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        for number in 1...20 { _ = try await queue.append(Fixture.message(number)) }
        try await queue.close()
        let before = try disk.list(Fixture.directory)
        for name in try segments(disk) {
            let path = Fixture.directory + "/" + name
            disk.refuse(.open, of: path, code: Self.tooManyFiles)
            #expect(throws: QueueError.failed(FileError(.open, path: path, code: Self.tooManyFiles))) {
                try Fixture.open(disk)
            }
            disk.heal()
        }
        #expect(try disk.list(Fixture.directory) == before, "a start that refuses changes nothing")
        let (again, report) = try Fixture.open(disk)
        #expect(report.pending == 20 && report.findings.isEmpty)
        try await again.close()
    }

    @Test func `a directory that cannot be listed makes the start refuse`() async throws {
        let disk = SimulatedFileSystem()
        try await Fixture.open(disk).0.close()
        disk.refuse(.list, of: Fixture.directory, code: Self.inputOutput)
        #expect(throws: FileError.self) { try Fixture.open(disk) }
    }
}
