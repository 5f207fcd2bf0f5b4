import Bytes
import DKIM
import Files
import Glibc
import Resolver
import SPF
import Synchronization

/// Checks per second of our libraries, for `Tests/bench auth`.
///
/// Usage: `AuthBenchmark spf PORT COUNT DOMAINS` (`spf-new` for clients that never come again) or `AuthBenchmark dkim PORT COUNT FILE`; PORT is that of a DNS server on
/// 127.0.0.1. Prints checks, seconds, CPU seconds with those of helper processes, and the results that were seen.
@main
struct AuthBenchmark {
    /// As many as sessions in the benchmarks of the server.
    static let tasks = 50

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let port = UInt16(arguments[2]), let count = Int(arguments[3]) else {
            return report("usage: AuthBenchmark spf|spf-new PORT COUNT DOMAINS | dkim PORT COUNT FILE")
        }
        let servers = [ResolverConfiguration.Server(.v4(0x7F00_0001), port: port)]
        let resolver = try DNSResolver(configuration: ResolverConfiguration(servers: servers))
        if arguments[1].hasPrefix("spf") {
            let isNew = arguments[1] == "spf-new"
            try await checkSPF(resolver, count, domains: Int(arguments[4]) ?? 1, isNew: isNew)
        } else {
            try await verifyDKIM(resolver, count, file: arguments[4])
        }
    }

    static func checkSPF(_ resolver: DNSResolver, _ count: Int, domains: Int, isNew: Bool) async throws {
        let worker = try SPFWorkerPool()
        let checker = SPFChecker(resolver: resolver, worker: worker)
        let check: @Sendable (Int) async throws -> String = { number in
            // Clients differ, so that no two checks in a row are the same; or none ever comes again.
            let client =
                isNew
                ? "192.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
                : "192.0.2.\(number / domains % 200 + 1)"
            let request = SPFRequest(
                clientAddress: client, helo: "mail.d\(number % domains).sender.example",
                reversePath: "user\(number)@d\(number % domains).sender.example", receiver: "mx.example.org")
            return await checker.check(request).result.rawValue
        }
        for number in 0..<domains * 2 { _ = try await check(number) }  // warms the cache
        try await measure(count, helpers: worker.processes, check)
        await checker.stop()
    }

    static func verifyDKIM(_ resolver: DNSResolver, _ count: Int, file: String) async throws {
        let disk = try LocalFileSystem().open(file, .read)
        let content = Octets(try disk.read(0..<disk.size()))
        disk.close()
        let verifier = DKIMVerifier(keys: KeyStore(resolver: resolver), threads: BlockingThreads(count: 1))
        var now = timeval()
        gettimeofday(&now, nil)
        let time = Timestamp(seconds: Int64(now.tv_sec))
        let verify: @Sendable (Int) async throws -> String = { _ in
            try await verifier.verify(content, at: time).map(\.result.rawValue).joined(separator: "+")
        }
        _ = try await verify(0)
        try await measure(count, helpers: [], verify)
    }

    static func measure(
        _ count: Int, helpers: [Int32], _ work: @escaping @Sendable (Int) async throws -> String
    ) async throws {
        let progress = Progress()
        let (start, processor) = (ContinuousClock.now, processorSeconds(with: helpers))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<tasks {
                group.addTask {
                    while let number = progress.take(below: count) { progress.note(try await work(number)) }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let used = processorSeconds(with: helpers) - processor
        report("\(count) \(seconds) \(used) \(progress.results.joined(separator: ","))")
    }

    /// Our own time and that of the helper processes.
    static func processorSeconds(with helpers: [Int32]) -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let own = [usage.ru_utime, usage.ru_stime].reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        return own + helpers.reduce(0) { $0 + processorSeconds(of: $1) }
    }

    /// The time of another process.
    static func processorSeconds(of process: Int32) -> Double {
        let fields = read("/proc/\(process)/stat")?.split(separator: " ") ?? []
        guard fields.count > 14, let user = Double(fields[13]), let system = Double(fields[14]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer[..<max(count, 0)], as: UTF8.self)
    }

    static func report(_ line: String) {
        _ = Array((line + "\n").utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
}

/// What the tasks share.
final class Progress: Sendable {
    private let next = Atomic(0)
    private let seen = Mutex<Set<String>>([])

    var results: [String] { seen.withLock { $0.sorted() } }

    func take(below count: Int) -> Int? {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < count ? number : nil
    }

    func note(_ result: String) { seen.withLock { _ = $0.insert(result) } }
}
