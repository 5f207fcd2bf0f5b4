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

    @Test func `many producers and consumers at once lose and double nothing`() async throws {
        try await withDirectory { directory in
            var options = QueueOptions()
            options.segmentSize = ByteCount(octets: 256 << 10)
            options.cacheLimit = ByteCount(octets: 64 << 10)
            let (queue, _) = try DurableQueue.open(
                directory: directory, fileSystem: LocalFileSystem(), options: options
            ) { Timestamp(seconds: 1_700_000_000) }
            let delivered = try await withThrowingTaskGroup(of: [Int].self) { group in
                for producer in 0..<32 {
                    group.addTask {
                        for number in 0..<20 {
                            _ = try await queue.append(Fixture.message(producer * 100 + number, size: 2_000))
                        }
                        return []
                    }
                }
                for _ in 0..<4 { group.addTask { await consume(queue) } }
                var delivered: [Int] = []
                for try await part in group {
                    delivered += part
                    if queue.ledger()["inbound"]?.messages.delivered == 640 { queue.drain() }
                }
                return delivered
            }
            #expect(delivered.count == 640 && Set(delivered).count == 640)
            try await queue.close()
            let (again, report) = try DurableQueue.open(
                directory: directory, fileSystem: LocalFileSystem(), options: options
            ) { Timestamp(seconds: 1_700_000_000) }
            #expect(report.pending == 0 && report.findings.isEmpty)
            #expect(again.ledger()["inbound"]?.messages.delivered == 640)
            try await again.close()
        }
    }

    /// Delivers until the queue drains.
    private func consume(_ queue: DurableQueue) async -> [Int] {
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
            if queue.ledger()["inbound"]?.messages.delivered == 640 { queue.drain() }
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
}
