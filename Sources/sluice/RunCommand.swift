import UnixSignals
import ArgumentParser
import Logging
import ServiceLifecycle

/// `sluice run`: the server.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs all pipelines of a directory until SIGTERM or SIGINT.")

    @Argument(help: "The directory of the pipeline files (default: $SLUICE_PIPELINES, then pipelines).")
    var directory: String?

    @Option(help: "What to log: trace, debug, info, notice, warning, error.")
    var logLevel = "info"

    func run() async throws {
        try await reportingFailures {
            guard let level = Logger.Level(rawValue: logLevel) else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(.dataError, "--log-level must be one of \(levels), not \"\(logLevel)\"")
            }
            LoggingSystem.bootstrap { label in LineLogHandler(label: label) }
            var logger = Logger(label: "sluice")
            logger.logLevel = level
            let directory = SiteOptions.directory(directory)
            OpenFileLimit.raise(logger)
            Allocation.keepForNextMessages()
            let (plan, services) = try SiteOptions.plan(of: directory, logger: logger)
            // From here on SIGHUP does not end the process.
            let reloads = await UnixSignalsSequence(trapping: .sighup)
            let server = try await Server.start(
                plan, PipelineBuild(directory: directory, services: services), reloads: reloads)
            try await serve(server, logger)
            Terminal.note(server.farewell)
        }
    }

    private func serve(_ server: Server, _ logger: Logger) async throws {
        var quiet = logger
        quiet.logLevel = .error
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}
