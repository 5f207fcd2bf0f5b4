import Bytes
import DurableQueue
import Files
import Glibc
import StageKit

/// Messages made durable per second: our journal beside a bare `fdatasync` for each group, and a file a message.
///
/// Usage: `QueueBenchmark DIRECTORY [MESSAGES]`; rounds alternate, so that all ways meet the same disk.
@main
struct QueueBenchmark {
    static let producers = 64
    static let size = 5 << 10

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1 else { return report("usage: QueueBenchmark DIRECTORY [MESSAGES]") }
        let directory = arguments[1]
        let count = arguments.count > 2 ? Int(arguments[2]) ?? 64_000 : 64_000
        for round in 1...3 {
            let sequential = try await onThread { try groups(in: "\(directory)/g\(round)", count) }
            let (queue, whole, processor) = try await journal(in: "\(directory)/q\(round)", count)
            let files = try await onThread { try filePerMessage(in: "\(directory)/f\(round)", count / 16) }
            report(
                "round \(round): groups \(Int(sequential))/s, journal \(Int(queue))/s (delivered too \(Int(whole))/s, "
                    + "\(rounded(processor)) us CPU a message), files \(Int(files))/s; journal/groups "
                    + "\(rounded(queue / sequential)), journal/files \(rounded(queue / files))")
        }
    }

    static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    static func report(_ line: String) {
        _ = Array((line + "\n").utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }

    static func onThread(_ body: @escaping @Sendable () throws -> Double) async throws -> Double { try body() }

    static func rate(_ count: Int, _ start: ContinuousClock.Instant) -> Double {
        Double(count) / ((ContinuousClock.now - start) / .seconds(1))
    }

    /// The disk's own rate: groups of 64 messages, one write and one `fdatasync` each, into reserved space.
    static func groups(in directory: String, _ count: Int) throws -> Double {
        let disk = LocalFileSystem()
        try disk.createDirectory(directory)
        let file = try disk.open(directory + "/journal", .create)
        let group = [UInt8](repeating: 0x61, count: producers * size)
        try file.allocate(64 << 20)
        let start = ContinuousClock.now
        var offset = 0
        for _ in 0..<count / producers {
            if offset + group.count > 64 << 20 { offset = 0 }
            try group.withUnsafeBytes { try file.write($0, at: offset) }
            try file.synchronize()
            offset += group.count
        }
        let result = rate(count, start)
        try disk.remove(directory + "/journal")
        return result
    }

    /// What mail servers with one file a message do: create, write, fsync, rename, fsync of the directory.
    static func filePerMessage(in directory: String, _ count: Int) throws -> Double {
        let disk = LocalFileSystem()
        try disk.createDirectory(directory)
        let content = [UInt8](repeating: 0x61, count: size)
        let start = ContinuousClock.now
        for number in 0..<count {
            let file = try disk.open("\(directory)/tmp\(number)", .create)
            try content.withUnsafeBytes { try file.write($0, at: 0) }
            try file.synchronize()
            file.close()
            try disk.rename("\(directory)/tmp\(number)", to: "\(directory)/m\(number)")
            try disk.synchronizeDirectory(directory)
        }
        let result = rate(count, start)
        for number in 0..<count { try disk.remove("\(directory)/m\(number)") }
        return result
    }

    static func journal(in directory: String, _ count: Int) async throws -> (Double, Double, Double) {
        let (queue, _) = try DurableQueue.open(directory: directory, fileSystem: LocalFileSystem()) { moment() }
        let content = Octets([UInt8](repeating: 0x61, count: size))
        let start = ContinuousClock.now
        let clock = clock()
        var accepted = 0.0
        try await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<producers {
                group.addTask {
                    var generator = SystemRandomNumberGenerator()
                    for _ in 0..<count / producers {
                        let message = NewMessage(
                            id: MessageID(at: moment(), using: &generator), pipeline: Self.version, received: moment(),
                            head: Array("envelope of producer \(producer)".utf8), content: content, recipientCount: 1)
                        _ = try await queue.append(message)
                    }
                }
            }
            let consumer = Task { await consume(queue, count) }
            try await group.waitForAll()
            accepted = rate(count, start)
            await consumer.value
        }
        let whole = rate(count, start)
        let processor = Double(Self.clock() - clock) / Double(count)
        try await queue.close()
        return (accepted, whole, processor)
    }

    private static let version = PipelineVersion(name: "inbound", digest: "0123456789abcdef")

    static func consume(_ queue: DurableQueue, _ count: Int) async {
        var settled = 0
        while settled < count {
            let messages = await queue.claim(version, upTo: 256)
            queue.record(messages.map { Update(id: $0.id, recipients: [(0, .delivered)]) })
            settled += messages.count
        }
    }

    static func clock() -> Int {
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF, which has another type here
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return seconds * 1_000_000 + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    static func moment() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
