import Bytes
import DurableQueue
import Files
import SimulatedFiles
import Testing

/// Records are as long as they are, and the disk is written in blocks; the simulated disk refuses anything else.
struct BlockTests {
    /// Appends messages of these sizes one after the other, loses the power, and reads all of them back.
    private func survive(_ sizes: [Int], segment: Int) async throws {
        let disk = SimulatedFileSystem()
        var options = QueueOptions()
        options.segmentSize = ByteCount(octets: segment)
        let (queue, _) = try Fixture.open(disk, options: options)
        for (number, size) in sizes.enumerated() { _ = try await queue.append(Fixture.message(number, size: size)) }
        let (again, report) = try Fixture.open(disk.crash(.everything, seed: 0), options: options)
        #expect(report.pending == sizes.count && report.findings.isEmpty)
        var number = 0
        while number < sizes.count {
            for message in await again.claim(Fixture.pipeline, upTo: 16) {
                #expect(message.id == Fixture.id(number))
                #expect(message.content.array == Fixture.content(number, sizes[number]))
                number += 1
            }
        }
        try await queue.close()
        try await again.close()
    }

    @Test func `records may end anywhere in a block`() async throws {
        try await survive(Array(stride(from: 3_500, through: 4_400, by: 8)), segment: 256 << 10)
    }

    @Test func `segments of any size hold whole blocks`() async throws {
        try await survive(Array(repeating: 700, count: 40), segment: 8_200)
    }

    @Test func `a record may be longer than what is gathered for one write`() async throws {
        try await survive([(1 << 20) - 8, 1 << 20, (1 << 20) + 8, 3 << 20, 100], segment: 16 << 20)
    }
}
