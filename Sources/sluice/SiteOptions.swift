import ArgumentParser
import Files
import Glibc
import Logging
import PipelineFiles
import StageKit

/// Which server a command is about.
struct SiteOptions: ParsableArguments {
    @Option(help: "The directory of the pipeline files (default: $SLUICE_PIPELINES, then pipelines).")
    var pipelines: String?

    /// The directory of the pipeline files.
    var directory: String { Self.directory(pipelines) }

    /// The directory that was named, or that of the environment, or the usual one.
    static func directory(_ named: String?) -> String { named ?? environment["SLUICE_PIPELINES"] ?? "pipelines" }

    /// The checked files.
    ///
    /// - Throws: A failure with code 78 after all findings were printed to standard error.
    func plan() throws -> (plan: SitePlan, services: StageServices) {
        try Self.plan(of: directory, logger: Logger(label: "sluice") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The checked files, for a command that works on the data directory whether a server runs or not.
    ///
    /// - Throws: As ``plan()``, and a failure with code 78 if the running server has its data elsewhere.
    func planInPlace() throws -> (plan: SitePlan, services: StageServices) {
        let made = try plan()
        let site = made.plan.site
        if let process = ServerProcess(runningUnder: directory), !site.hasData(in: process.dataDirectory) {
            throw Failure(.configuration, process.otherPlace(than: site))
        }
        return made
    }

    /// What the files share: enough to ask a server that runs, even if a pipeline has errors by now.
    ///
    /// - Throws: A failure with code 78 after all findings about `site.yaml` were printed to standard error.
    func site() throws -> Site {
        let logger = Logger(label: "sluice") { _ in SwiftLogNoOpLogHandler() }
        let (site, findings) = PipelineCheck(
            catalog: .linked, environment: environment, reader: FileReader(LocalFileSystem()),
            services: { StageServices(site: $0, logger: logger, now: Clock.now) }
        ).site(of: directory)
        guard let site else {
            for finding in findings { Terminal.note(finding.description) }
            throw Failure(.configuration, "\(directory) does not say where the server's data lies")
        }
        try site.requireOwner()
        return site
    }

    /// The checked files of a directory, with the services that their stages got.
    ///
    /// - Throws: A failure with code 78 after all findings were printed to standard error.
    static func plan(of directory: String, logger: Logger) throws -> (plan: SitePlan, services: StageServices) {
        let made = Holder()
        let checked = check(directory) { site in
            let services = StageServices(site: site, logger: logger, now: Clock.now)
            made.services = services
            return services
        }
        for finding in checked.findings { Terminal.note(finding.description) }
        guard let plan = checked.plan, let services = made.services else {
            let errors = checked.findings.filter { $0.severity == .error }.count
            throw Failure(
                .configuration, "\(errors) error\(errors == 1 ? "" : "s") in \(directory); nothing was started")
        }
        try plan.site.requireOwner()
        return (plan, services)
    }

    /// All findings about a directory.
    static func check(_ directory: String, services: @escaping @Sendable (Site) -> StageServices) -> CheckedSite {
        PipelineCheck(
            catalog: .linked, environment: environment, reader: FileReader(LocalFileSystem()), services: services
        ).check(directory)
    }

    /// The services that the check makes; it makes them once, before it returns.
    private final class Holder: @unchecked Sendable {
        // Written during `check` and read after it, on the same thread.
        var services: StageServices?
    }
}

/// The environment of the process.
var environment: [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let pointer = entry.pointee {
        let text = String(cString: pointer)
        if let sign = text.firstIndex(of: "=") {
            variables[String(text[..<sign])] = String(text[text.index(after: sign)...])
        }
        entry += 1
    }
    return variables
}

extension SiteOptions {
    private var environment: [String: String] { sluice.environment }
    private static var environment: [String: String] { sluice.environment }
}
