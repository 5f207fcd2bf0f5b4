import Bytes
import DurableQueue
import Files
import Glibc
import StageKit
import Synchronization

/// Makes messages durable in our journal, as many producers at once, and prints one line of JSON with what it measured.
///
/// Usage: `QueueBenchmark DIRECTORY PRODUCERS MESSAGES OCTETS [WHOLE]`; from WHOLE octets on (128 KB), content comes in
/// pieces, as the SMTP session hands over what it does not keep in memory.
/// `Tests/bench queue` runs it beside other ways to do the same.
@main
struct QueueBenchmark {
    let queue: DurableQueue
    let producers: Int
    let count: Int
    let size: Int
    let whole: Int

    /// As the SMTP session hands large messages over.
    private static let usualWhole = 128 << 10
    private static let piece = 64 << 10

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst().compactMap { Int($0) }
        guard let directory = arguments.first, (3...4).contains(numbers.count), numbers.allSatisfy({ $0 > 0 }) else {
            return report("usage: QueueBenchmark DIRECTORY PRODUCERS MESSAGES OCTETS [WHOLE]")
        }
        let (queue, _) = try DurableQueue.open(directory: directory, fileSystem: LocalFileSystem()) { moment() }
        let benchmark = QueueBenchmark(
            queue: queue, producers: numbers[0], count: numbers[1] / numbers[0] * numbers[0],
            size: numbers[2],
            whole: numbers.count > 3 ? numbers[3] : usualWhole)
        try await benchmark.run()
        try await queue.close()
    }

    private func run() async throws {
        let written = Self.octetsWritten
        let start = ContinuousClock.now
        let processor = Self.processorMicroseconds
        let latencies = Mutex<[Double]>([])
        async let consumed: Void = consume()
        try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<producers { group.addTask { try await produce() } }
            for try await some in group { latencies.withLock { $0 += some } }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        await consumed
        let microseconds = Double(Self.processorMicroseconds - processor) / Double(count)
        let octets = Double(Self.octetsWritten - written) / Double(count * size)
        let sorted = latencies.withLock { $0.sorted() }
        Self.report(
            """
            {"per_second": \(Double(count) / seconds), "p50": \(sorted[sorted.count / 2]), \
            "p99": \(sorted[sorted.count * 99 / 100]), "written_per_octet": \(octets), \
            "cpu_microseconds": \(microseconds)}
            """)
    }

    /// One producer's messages; how long each took to be durable, in seconds.
    private func produce() async throws -> [Double] {
        // A number is drawn at no cost: the other ways that this is compared with make nothing for each message either.
        var generator = PlainGenerator(state: UInt64.random(in: .min ... .max))
        // Each producer has its own, since no two mails of a server are one and the same memory.
        let content = Octets([UInt8](repeating: 0x61, count: size))
        let head = [UInt8](repeating: 0x65, count: 160)
        var latencies: [Double] = []
        for _ in 0..<count / producers {
            let start = ContinuousClock.now
            var message = NewMessage(
                id: MessageID(at: Self.moment(), using: &generator),
                pipeline: Self.version, received: Self.moment(),
                head: head, content: content, recipientCount: 1)
            if size >= whole { try await spool(&message) }
            _ = try await queue.append(message)
            latencies.append((ContinuousClock.now - start) / .seconds(1))
        }
        return latencies
    }

    /// Numbers that are told apart, no more (SplitMix64).
    private struct PlainGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func spool(_ message: inout NewMessage) async throws {
        let spool = queue.makeSpool(for: message.id)
        let content = message.content
        for start in stride(from: 0, to: size, by: Self.piece) {
            let range = start..<min(start + Self.piece, size)
            try await spool.append(content.withUnsafeBytes(in: range) { Octets(copying: $0) })
        }
        message.content = try await spool.finish()
        message.spool = spool
    }

    private static let version = PipelineVersion(name: "inbound", digest: "0123456789abcdef")

    private func consume() async {
        var settled = 0
        while settled < count {
            let messages = await queue.claim(Self.version, upTo: 256)
            queue.record(messages.map { Update(id: $0.id, recipients: [(0, .delivered)]) })
            settled += messages.count
        }
    }

    private static func report(_ line: String) {
        _ = Array((line + "\n").utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }

    /// What this process has caused to be written to disks, whole pages counted, as the kernel knows it; less what was
    /// removed before it came there.
    private static var octetsWritten: Int {
        let descriptor = open("/proc/self/io", O_RDONLY)
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = read(descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
        func number(_ name: String) -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
        }
        return number("write_bytes: ") - number("cancelled_write_bytes: ")
    }

    private static var processorMicroseconds: Int {
        var usage = rusage()
        getrusage(0, &usage)  // RUSAGE_SELF, which has another type here
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        return seconds * 1_000_000 + Int(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }

    private static func moment() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
