import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// How much space and how many writes the journal takes.
struct SpaceTests {
    private func octets(on disk: SimulatedFileSystem) throws -> Int {
        try disk.list(Fixture.directory).reduce(0) {
            $0 + (disk.content(of: Fixture.directory + "/" + $1)?.count ?? 0)
        }
    }

    @Test func `space is freed as messages finish, whatever stays behind`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        var largest = 0
        for number in 1...400 {
            _ = try await queue.append(Fixture.message(number))
            // Every fortieth stays for good, some of them in quarantine.
            if number % 40 == 0 {
                let held = RecipientState.quarantined(step: "deliver.index", reason: "odd")
                if number % 80 == 0 { queue.record([Update(id: Fixture.id(number), recipients: [(0, held)])]) }
            } else {
                queue.record([Fixture.delivered(number)])
            }
            largest = max(largest, try octets(on: disk))
        }
        #expect(largest <= 12 * 32 << 10, "400 messages of 700 octets took \(largest)")
        try await queue.close()
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0))
        #expect(report.findings.isEmpty && report.pending == 5 && report.quarantined == 5)
        let claimed = await again.claim(pipeline: "inbound", upTo: 9)
        #expect(claimed.map { Int($0.id.low) } == [40, 120, 200, 280, 360])
        #expect(claimed.map(\.content.array) == [40, 120, 200, 280, 360].map { Fixture.content($0) })
        #expect(try await again.quarantinedMessage(Fixture.id(80))?.content.array == Fixture.content(80))
        try await again.close()
    }

    @Test func `one synchronisation serves all that wait, and little is written beside the mail`() async throws {
        let disk = SimulatedFileSystem()
        var options = QueueOptions()
        options.segmentSize = ByteCount(octets: 4 << 20)
        let (queue, _) = try Fixture.open(disk, options: options)
        let before = disk.traffic
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...256 {
                group.addTask { _ = try await queue.append(Fixture.message(number, size: 5_000)) }
            }
            try await group.waitForAll()
        }
        #expect(await queue.claim(pipeline: "inbound", upTo: 256).count == 256)
        try await queue.recordDurably((1...256).map { Fixture.delivered($0) })
        let traffic = disk.traffic
        let synchronizations = traffic.synchronizations - before.synchronizations
        // Each group fills its last block; how many groups there are is a matter of how the threads take turns.
        let written = traffic.octets - before.octets - synchronizations * FileBlock.size
        #expect(Double(written) <= 1.1 * 256 * 5_000)
        #expect(synchronizations <= 257)
        try await queue.close()
    }
}
