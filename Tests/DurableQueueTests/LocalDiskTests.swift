import Bytes
import DurableQueue
import Files
import Glibc
import StageKit
import Testing

/// The queue on the real disk.
struct LocalDiskTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/sluice-queue-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.map { mkdtemp($0) != nil } }
        try #require(made == true)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try await body(directory + "/queue")
        let disk = LocalFileSystem()
        for name in try disk.list(directory + "/queue") { try disk.remove("\(directory)/queue/\(name)") }
        rmdir(directory + "/queue")
        rmdir(directory)
    }

    /// More than one group's, so that they go in two.
    @Test(arguments: [32, 96])
    func `many producers and consumers at once lose and double nothing`(_ producers: Int) async throws {
        let count = producers * 20
        try await withDirectory { directory in
            var options = QueueOptions()
            options.segmentSize = ByteCount(octets: 256 << 10)
            options.cacheLimit = ByteCount(octets: 64 << 10)
            let (queue, _) = try DurableQueue.open(
                directory: directory, fileSystem: LocalFileSystem(), options: options
            ) { Timestamp(seconds: 1_700_000_000) }
            let delivered = try await withThrowingTaskGroup(of: [Int].self) { group in
                for producer in 0..<producers {
                    group.addTask {
                        for number in 0..<20 {
                            _ = try await queue.append(Fixture.message(producer * 100 + number, size: 2_000))
                        }
                        return []
                    }
                }
                for _ in 0..<4 { group.addTask { await consume(queue, count) } }
                var delivered: [Int] = []
                for try await part in group {
                    delivered += part
                    if queue.ledger()["inbound"]?.messages.delivered == count { queue.drain() }
                }
                return delivered
            }
            #expect(delivered.count == count && Set(delivered).count == count)
            try await queue.close()
            let (again, report) = try DurableQueue.open(
                directory: directory, fileSystem: LocalFileSystem(), options: options
            ) { Timestamp(seconds: 1_700_000_000) }
            #expect(report.pending == 0 && report.findings.isEmpty)
            #expect(again.ledger()["inbound"]?.messages.delivered == count)
            try await again.close()
        }
    }

    /// Delivers until the queue drains, which it does after so many messages.
    private func consume(_ queue: DurableQueue, _ count: Int) async -> [Int] {
        var numbers: [Int] = []
        while true {
            let messages = await queue.claim(pipeline: "inbound", upTo: 16)
            if messages.isEmpty { return numbers }
            for message in messages {
                let number = Int(message.id.low)
                #expect(message.content.array == Fixture.content(number, 2_000))
                numbers.append(number)
            }
            queue.record(messages.map { Fixture.delivered(Int($0.id.low)) })
            if queue.ledger()["inbound"]?.messages.delivered == count { queue.drain() }
        }
    }

    @Test func `a second server is refused with the number of the first`() async throws {
        try await withDirectory { directory in
            func open() throws -> DurableQueue {
                try DurableQueue.open(directory: directory, fileSystem: LocalFileSystem()) {
                    Timestamp(seconds: 1_700_000_000)
                }.0
            }
            let queue = try open()
            #expect(throws: QueueError.inUse(directory: directory, process: Int(getpid()))) { _ = try open() }
            try await queue.close()
            try await open().close()
        }
    }

    @Test func `a file that is written in blocks reads back, also where the disk wants larger ones`() async throws {
        try await withDirectory { directory in
            let disk = LocalFileSystem()
            try disk.createDirectory(directory)
            try disk.open(directory + "/a", .create).allocate(8_192)
            let file = try disk.open(directory + "/a", .updateInBlocks)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 8_192, alignment: FileBlock.size)
            defer { memory.deallocate() }
            memory.initializeMemory(as: UInt8.self, repeating: 0x61)
            try file.write(UnsafeRawBufferPointer(rebasing: memory[..<4_096]), at: 0)
            // What no disk takes in this way goes through the cache.
            memory.initializeMemory(as: UInt8.self, repeating: 0x62)
            try file.write(UnsafeRawBufferPointer(rebasing: memory[1..<101]), at: 4_095)
            try file.synchronize()
            let expected = Array(repeating: UInt8(0x61), count: 4_095) + Array(repeating: 0x62, count: 100)
            #expect(try file.read(0..<4_195) == expected)
        }
    }
}
