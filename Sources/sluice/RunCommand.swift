import UnixSignals
import ArgumentParser
import Logging
import ServiceLifecycle

/// `sluice run`: the server.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs all pipelines of a directory until SIGTERM or SIGINT.")

    @Argument(help: "The directory of the pipeline files.")
    var directory = "pipelines"

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
            OpenFileLimit.raise(logger)
            let (plan, services) = try SiteOptions.plan(of: directory, logger: logger)
            let server = try await Server.start(plan, services)
            for line in server.readyLines { Terminal.note(line) }
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
