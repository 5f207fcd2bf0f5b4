import Files
import Arrivals
import ControlServer
import DurableQueue
import Engine
import Logging
import Mailboxes
import PipelineFiles
import ServiceLifecycle
import StageKit
import UnixSignals

/// A running server: the engine, and the local interface beside it.
struct Server: Service {
    let services: StageServices
    let queue: DurableQueue
    let engine: Engine
    let control: ControlServer
    let reload: Reload
    let reloads: UnixSignalsSequence

    /// Opens everything; mail comes in once ``run()`` is called.
    ///
    /// - Throws: `Failure` that names the file and line of what cannot start.
    @concurrent
    static func start(
        _ plan: SitePlan, _ build: PipelineBuild, reloads: UnixSignalsSequence
    ) async throws -> Server {
        let services = build.services
        let (queue, report): (DurableQueue, RecoveryReport)
        do {
            (queue, report) = try await waiting(queuePatience, services.logger) { try openQueue(plan.site) }
        } catch {
            throw Failure(code(of: error), "\(plan.sourceFile): the queue cannot be opened: \(error)")
        }
        for finding in report.findings {
            services.logger.warning("queue recovery", metadata: ["finding": "\(finding)"])
        }
        for id in report.poisoned {
            services.logger.error(
                "message quarantined: it ended the process several times", metadata: ["message.id": "\(id)"])
        }
        let engine = Engine(plan: plan, services: services, queue: queue, versions: build.versions)
        let reload = Reload(build: build, engine: engine, logger: services.logger)
        do {
            try await waitForIndex(services)
            try await engine.prepare()
            let routes = ServerRoutes(services: services, queue: queue, engine: engine, reload: reload)
            let control = try await startControl(plan, routes)
            return Server(
                services: services, queue: queue, engine: engine, control: control, reload: reload, reloads: reloads)
        } catch {
            try await queue.close()
            throw Failure(.unavailable, "\(error)")
        }
    }

    /// How long a command that looks into the queue is waited for, or a server that is about to end: they take a moment.
    private static let queuePatience: Duration = .seconds(5)
    /// How long a command that uses the index is waited for: to verify a million mails takes minutes.
    private static let indexPatience: Duration = .seconds(600)
    private static let pause: Duration = .milliseconds(50)

    /// Opens the index, once no command uses it any more that found no server when it began.
    ///
    /// - Throws: `ProcessLock.InUse` if that takes too long.
    private static func waitForIndex(_ services: StageServices) async throws {
        do {
            _ = try await waiting(indexPatience, services.logger) { try services.mailIndex() }
        } catch let error as ProcessLock.InUse {
            throw error
        } catch {
            // Who needs the index meets that again, and tells its place.
        }
    }

    /// What `open` gives once no other process uses it.
    ///
    /// - Throws: What `open` throws, also that another process uses it if that goes on for longer than `patience`.
    private static func waiting<Value>(
        _ patience: Duration, _ logger: Logger, _ open: () throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        var isTold = false
        while true {
            do {
                return try open()
            } catch {
                guard isInUse(error), ContinuousClock.now - start < patience else { throw error }
                if !isTold { logger.notice("waiting for a process to end", metadata: ["reason": "\(error)"]) }
                isTold = true
                try await Task.sleep(for: pause)
            }
        }
    }

    /// A supervisor should try again only what may pass by itself.
    private static func code(of error: any Error) -> Failure.Code {
        switch error {
        case QueueError.inUse: .temporary
        case QueueError.failed(let error) where error.isForbidden: .noPermission
        case let error as FileError where error.isForbidden: .noPermission
        default: .inputOutput
        }
    }

    private static func startControl(_ plan: SitePlan, _ routes: ServerRoutes) async throws -> ControlServer {
        do {
            return try await ControlServer.start(
                socketPath: plan.site.dataDirectory + "/" + RunningServer.socketName,
                listener: plan.site.controlListener.map { ($0.host, $0.port) },
                responder: { await routes.respond(to: $0) })
        } catch {
            let place = plan.controlLocation?.description ?? plan.sourceFile
            throw Failure(.unavailable, "\(place): \(error); stop what listens there or choose another address")
        }
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: The error of a component that failed.
    @concurrent
    func run() async throws {
        // Not before: by now the group has trapped the signals, so that nobody who reads `ready` can end it unkindly.
        for line in readyLines { Terminal.note(line) }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup { group in
                group.addTask { for await _ in reloads { _ = await reload.perform() } }
                defer { group.cancelAll() }
                try await engine.run()
            }
        } onGracefulShutdown: {
            engine.stop()
        }
        await control.stop()
        try await services.mailIndex().close()
    }

    /// What the operator reads when mail can come in.
    private var readyLines: [String] {
        let plan = engine.plan
        let control =
            plan.site.controlListener.map { ["arrivals and measurements: http://\($0)/events, /metrics"] } ?? []
        let waiting = engine.pendingCount
        let messages = waiting == 1 ? "1 message is" : "\(waiting) messages are"
        let queued = waiting == 0 ? [] : ["\(messages) pending from before"]
        return plan.listenerLines + control + queued + ["ready"]
    }

    /// What the operator reads at the end.
    var farewell: String {
        let waiting = engine.pendingCount
        return "stopped; \(waiting) message\(waiting == 1 ? "" : "s") remain\(waiting == 1 ? "s" : "") queued"
    }
}
