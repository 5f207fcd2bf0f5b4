import Foundation
import Glibc
import Synchronization

/// A server under test: the real command on ports and in directories of its own.
final class Sluice: Sendable {
    /// Where everything of it lies.
    let workspace: Workspace
    /// Its data directory.
    let data: String
    /// The port on which it takes mail.
    let port: UInt16
    /// The port on which it tells of arrivals.
    let controlPort: UInt16
    private let child = Mutex<ChildProcess?>(nil)

    /// The directory of its pipeline files.
    var pipelines: String { workspace("pipelines") }

    /// Writes the files of a server; nothing runs yet.
    init(_ files: SiteFiles, data: String? = nil, in workspace: Workspace) throws {
        self.workspace = workspace
        self.data = data ?? workspace("data")
        port = try Ports.free()
        controlPort = try Ports.free()
        _ = try workspace.makeDirectory("pipelines")
        try write(files)
    }

    /// Writes the pipeline files anew.
    func write(_ files: SiteFiles) throws {
        let site = files.site(data: data, resolver: try files.resolver ?? Names.port, control: controlPort)
        try workspace.write(site, to: "pipelines/site.yaml")
        try workspace.write(files.inbound(port: port), to: "pipelines/inbound.yaml")
    }

    /// What it has written to standard error since the first start.
    var log: String { Workspace.text(workspace("log")) }

    /// The id of the process that runs.
    var pid: pid_t {
        get throws { try running.pid }
    }

    private var running: ChildProcess {
        get throws {
            guard let child = child.withLock({ $0 }) else { throw Mishap("the server does not run") }
            return child
        }
    }

    /// Starts it and waits until it takes mail.
    func start() async throws {
        unlink(workspace("log"))
        let child = try launch()
        try await eventually("the server says that it is ready", within: .seconds(60)) {
            if self.log.contains("\nready\n") || self.log.hasPrefix("ready\n") { return true }
            guard let ending = child.poll() else { return nil }
            throw Mishap("the server ended with \(ending) before it was ready:\n\(self.log.suffix(3_000))")
        }
    }

    /// Starts it without waiting.
    @discardableResult
    func launch() throws -> ChildProcess {
        let started = try ChildProcess(
            Places.sluice, ["run", pipelines], output: workspace("out"), errors: workspace("log"))
        child.withLock { $0 = started }
        return started
    }

    /// Sends it a signal.
    func signal(_ signal: Int32) throws { try running.signal(signal) }

    /// Waits until it ends.
    func wait() async throws -> ChildProcess.Ending { try await running.wait() }

    /// Ends it kindly, and says how it ended.
    func stop() async throws -> ChildProcess.Ending {
        try signal(SIGTERM)
        return try await wait()
    }

    /// Ends it at once, as a power cut would.
    func kill() throws { try running.kill() }

    /// Ends it, if it runs.
    func end() async {
        await child.withLock { $0 }?.stop()
    }
}

/// Runs a test with a server that runs; ends it and removes its files whatever happens.
func withSluice<Result>(
    _ files: SiteFiles = SiteFiles(), users: [String] = ["user"], starts: Bool = true, data: String? = nil,
    _ body: (Sluice) async throws -> Result
) async throws -> Result {
    let workspace = try Workspace()
    defer { workspace.remove() }
    let sluice = try Sluice(files, data: data, in: workspace)
    do {
        for user in users { try await sluice.addUser(user) }
        if starts { try await sluice.start() }
        let result = try await body(sluice)
        await sluice.end()
        return result
    } catch {
        await sluice.end()
        throw Mishap("\(error)\nthe server's log ends:\n\(ending(of: sluice.log))")
    }
}

/// The end of a log; where the server has crashed, from the crash's first words on, behind which pages follow.
private func ending(of log: String) -> Substring {
    guard let crash = ["Fatal error: ", "*** "].lazy.compactMap({ log.range(of: $0) }).first else {
        return log.suffix(4_000)
    }
    return log[..<crash.lowerBound].suffix(2_000) + log[crash.lowerBound...].prefix(8_000)
}
