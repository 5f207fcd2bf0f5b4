import Addressing
import Bytes
import DurableQueue
import Engine
import Files
import Logging
import PipelineFiles
import SMTP
import SimulatedFiles
import StageKit
import StageTesting
import Synchronization
import Testing

/// A clock that stands still until it is told to go on.
final class ManualClock: Sendable {
    private let moment = Mutex(Samples.now)

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

/// A real engine on a real queue, with stages that do what a script says.
struct TestServer {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let catalog = StageCatalog([
        Probe.self, Reader.self, RecipientProbe.self, Rewriter.self, Deriver.self, Store.self, StoreBatch.self,
        MemoryReceiver.self,
    ])

    /// Small segments: a simulated disk keeps them in memory, and a short test fills several.
    static var options: QueueOptions {
        var options = QueueOptions()
        options.segmentSize = ByteCount(octets: 64 << 10)
        return options
    }

    let script: Script
    let clock: ManualClock
    let log: LogRecord
    let queue: DurableQueue
    let engine: Engine
    let door: Door
    let versions: KeptVersions
    let disk: any FileSystem
    private let services: StageServices

    /// A server for a pipeline's parts (`session:`, `deliver:`, …) in YAML.
    init(
        _ parts: String..., disk: any FileSystem = SimulatedFileSystem(), directory: String = "/var/queue",
        script: Script = Script(), clock: ManualClock = ManualClock(), options: QueueOptions = Self.options,
        limits: String = ""
    ) throws {
        self.script = script
        self.clock = clock
        let log = LogRecord()
        self.log = log
        let services = StageServices(
            site: Samples.site(dataDirectory: "/nowhere"), logger: Logger(label: "test") { _ in RecordingLog(log) },
            now: { clock.now })
        _ = try services.shared { script }
        door = try services.shared { Door() }
        let plan = try Self.plan(Self.files(parts, limits), services)
        self.services = services
        self.disk = disk
        versions = KeptVersions(directory: "/var/versions", fileSystem: disk) { text in
            let files = [PipelineCheck.siteFileName: text.site, text.fileName: text.pipeline]
            return try #require(try Self.plan(files, services).pipelines.first)
        }
        (queue, _) = try DurableQueue.open(directory: directory, fileSystem: disk, options: options) { clock.now }
        engine = Engine(
            plan: plan, services: services, queue: queue, versions: versions, restorationPause: .milliseconds(20))
    }

    /// Has the engine take up other parts.
    func reload(_ parts: String...) async throws {
        try await engine.reload(try Self.plan(Self.files(parts), services))
    }

    private static func files(_ pipelines: [String], _ limits: String = "") -> [String: [UInt8]] {
        var files = [
            "site.yaml": """
            sluice: 1
            host-name: mx.example.org
            local-domains: [example.org]
            postmaster: user@example.org
            data-directory: /nowhere
            """
        ]
        for (number, parts) in pipelines.enumerated() {
            files["\(number).yaml"] = """
                sluice: 1
                pipeline: \(number == 0 ? "inbound" : "inbound-\(number)")
                receive: { memory: {} }
                accept: { queue: { when-full: '452 4.3.1 Try again later'\(limits.isEmpty ? "" : ", \(limits)") } }
                \(parts)
                """
        }
        return files.mapValues { Array($0.utf8) }
    }

    private static func plan(_ texts: [String: [UInt8]], _ services: StageServices) throws -> SitePlan {
        let reader = FileReader(
            list: { _ in texts.keys.sorted() },
            read: { path in
                guard let text = texts[path] else { throw Failure(description: "no file \(path)") }
                return text
            })
        let checked = PipelineCheck(catalog: catalog, environment: [:], reader: reader) { _ in services }.check("")
        guard let plan = checked.plan else { throw Failure(description: "\(checked.findings)") }
        return plan
    }

    /// Serves while the body uses the entrances, then stops and waits for the end.
    func run(_ body: ([any Entrance]) async throws -> Void, entrances count: Int = 1) async throws {
        try await engine.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [engine, door] in
                defer { door.close() }
                try await engine.run()
            }
            var entrances: [any Entrance] = []
            for await entrance in door.entrances {
                entrances.append(entrance)
                if entrances.count == count { break }
            }
            do {
                try await body(entrances)
            } catch {
                engine.stop()
                throw error
            }
            engine.stop()
            try await group.waitForAll()
        }
    }

    /// The way in of the version that took over last.
    func nextEntrance() async throws -> any Entrance {
        for await entrance in door.entrances { return entrance }
        throw Failure(description: "nobody came to the door")
    }

    /// The same for a server with one pipeline.
    func serve(_ body: (any Entrance) async throws -> Void) async throws {
        try await run { entrances in try await body(try #require(entrances.first)) }
    }

    /// Serves until nothing more is due: everything is settled or postponed.
    func serveUntilQuiet(_ body: (any Entrance) async throws -> Void = { _ in }) async throws {
        try await serve { entrance in
            try await body(entrance)
            try await quiet()
        }
    }

    /// Waits until everything is settled or postponed.
    func quiet() async throws {
        try await eventually { queue.pending(limit: .max).allSatisfy { $0.until != nil } }
    }

    var ledger: Tally { queue.ledger()["inbound"]?.messages ?? Tally() }
    var discards: [Discard: Int] { queue.ledger()["inbound"]?.discards ?? [:] }
    var recipients: Tally { queue.ledger()["inbound"]?.recipients ?? Tally() }

    /// How often a step ended so.
    func count(_ step: String, _ outcome: StepMetrics.Outcome) -> Int {
        engine.metrics.snapshot().filter { $0.key.step == step && $0.key.outcome == outcome }
            .reduce(0) { $0 + $1.value.count }
    }
}

/// Waits for what comes without a sign.
///
/// - Throws: ``TestServer/Failure`` after a time in which it should have come many times.
func eventually(_ holds: () throws -> Bool, sourceLocation: Testing.SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<12_000 {
        if try holds() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("what was waited for did not come", sourceLocation: sourceLocation)
    throw TestServer.Failure(description: "what was waited for did not come")
}
