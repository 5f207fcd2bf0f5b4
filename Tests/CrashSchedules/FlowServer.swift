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

/// A real engine on a real queue on a simulated disk, under a clock that stands still until it is told to go on.
struct FlowServer {
    private static let site = """
        sluice: 1
        host-name: mx.example.org
        local-domains: [example.org]
        postmaster: user@example.org
        data-directory: /nowhere
        """
    private static let pipeline = """
        sluice: 1
        pipeline: inbound
        receive: { gate: {} }
        session: { message: [ judge ] }
        accept: { queue: { when-full: '452 4.3.1 Try again later' } }
        deliver: [ bring: { as: first, when: 'message.size < 0' }, bring ]
        on-error:
          transient: { retry: { first: 10m, factor: 2, max: 1h, for: 3h }, then: quarantine }
          permanent: quarantine
        """

    private static var options: QueueOptions {
        var options = QueueOptions()
        // Small, so that a short run rolls over often.
        options.segmentSize = ByteCount(octets: 32 << 10)
        // By the clock of the machine nothing may happen, or no run would be like another.
        options.outcomeDelay = .seconds(86_400)
        return options
    }

    let queue: DurableQueue
    let report: RecoveryReport
    private let engine: Engine
    private let opening: Opening
    private let disk: SimulatedFileSystem
    private let moment: ManualMoment

    init(_ disk: SimulatedFileSystem, _ destination: Destination, startingAt start: Timestamp) throws {
        let moment = ManualMoment(start)
        self.moment = moment
        self.disk = disk
        let services = StageServices(
            site: Samples.site(dataDirectory: "/nowhere"),
            logger: Logger(label: "crash") { _ in SwiftLogNoOpLogHandler() },
            now: { moment.now })
        _ = try services.shared { DestinationBox(destination) }
        opening = try services.shared { Opening() }
        let catalog = StageCatalog([Judge.self, Bring.self, Gate.self])
        let files = ["site.yaml": Self.site, "inbound.yaml": Self.pipeline]
        let plan = try Self.plan(of: files.mapValues { Array($0.utf8) }, catalog, services)
        (queue, report) = try Self.open(disk) { moment.now }
        let versions = KeptVersions(directory: "/var/versions", fileSystem: SimulatedFileSystem()) { text in
            let files = [PipelineCheck.siteFileName: text.site, text.fileName: text.pipeline]
            guard let plan = try Self.plan(of: files, catalog, services).pipelines.first else {
                throw Trouble("a kept version has no pipeline")
            }
            return plan
        }
        engine = Engine(plan: plan, services: services, queue: queue, versions: versions)
    }

    private static func plan(
        of files: [String: [UInt8]], _ catalog: StageCatalog, _ services: StageServices
    ) throws -> SitePlan {
        let reader = FileReader(list: { _ in files.keys.sorted() }, read: { files[$0] ?? [] })
        let checked = PipelineCheck(catalog: catalog, environment: [:], reader: reader) { _ in services }.check("")
        guard let plan = checked.plan else { throw Trouble("\(checked.findings)") }
        return plan
    }

    static func open(
        _ disk: SimulatedFileSystem, now: @escaping @Sendable () -> Timestamp
    ) throws -> (DurableQueue, RecoveryReport) {
        try DurableQueue.open(directory: "/var/queue", fileSystem: disk, options: options, now: now)
    }

    var now: Timestamp { moment.now }

    /// Opens everything; false, with all of it closed again, if the disk refuses to keep the version.
    func prepare() async throws -> Bool {
        do {
            try await engine.prepare()
            return true
        } catch is FileError {
            try await queue.close()
            return false
        }
    }

    /// Serves while the body uses the entrance, then stops and waits for the end.
    func serve(_ body: (any Entrance) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [engine, opening] in
                defer { opening.close() }
                do {
                    try await engine.run()
                } catch is QueueError {
                    // At the end the disk refused outcomes: the messages come again at the next start.
                }
            }
            do {
                for await entrance in opening.entrances {
                    try await body(entrance)
                    break
                }
            } catch {
                engine.stop()
                throw error
            }
            engine.stop()
            try await group.waitForAll()
        }
    }

    /// Sets the clock on, and has the queue look at it.
    func advance(by duration: Duration) async {
        moment.advance(by: duration)
        await queue.written()
    }

    /// Waits until nothing is under way: everything is settled or waits for a later time, and is written.
    func rest() async throws {
        let patience = ContinuousClock.now + .seconds(60)
        while queue.pending(limit: .max).contains(where: { $0.until.map { $0 <= now } ?? true }) {
            guard ContinuousClock.now < patience else { throw Trouble("the queue does not come to rest") }
            try await Task.sleep(for: .milliseconds(1))
        }
        // Each round of the queue's thread may move messages and free a segment.
        var before = -1
        while before != disk.operationCount {
            before = disk.operationCount
            await queue.written()
            await queue.written()
        }
    }
}

/// A time that is set by hand.
final class ManualMoment: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ start: Timestamp) { moment = Mutex(start) }

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

extension Entrance {
    /// Brings a message through the phases; the id that it was accepted under, or nothing.
    func send(_ content: [UInt8], recipients: Int) async -> MessageID? {
        let message = makeMessage(
            from: Client(address: "192.0.2.1", port: 4_000, helo: "mail.example.com", transport: "ESMTP"))
        var outcome = await connect(message).value
        if outcome.result == .proceed { outcome = await mail(outcome.message).value }
        for index in 0..<recipients where outcome.result == .proceed {
            let address = EmailAddress(localPart: "user\(index)", domain: "example.org")
            outcome = await recipient(Recipient(address, index: index), of: outcome.message).value
        }
        guard outcome.result == .proceed,
            case .accepted(let receipt) = await accept(outcome.message.with(content: Octets(content)))
        else { return nil }
        return receipt.message
    }
}
