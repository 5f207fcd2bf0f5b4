/// The command `sluice watch` while it runs.
struct Watcher: Sendable {
    private let child: ChildProcess
    private let output: String
    private let errors: String
    private let sluice: Sluice

    init(_ sluice: Sluice, _ user: String) throws {
        (output, errors) = (sluice.workspace("watch.out"), sluice.workspace("watch.err"))
        self.sluice = sluice
        child = try ChildProcess(
            Places.sluice, ["watch", user, "--pipelines", sluice.pipelines], output: output, errors: errors)
    }

    /// Waits until it has reached the server: it has a socket of its own then.
    func isConnected() async throws {
        try await eventually("sluice watch reaches the server") {
            if let ending = child.poll() { throw Mishap("sluice watch: \(ending), \(Workspace.text(errors))") }
            return Sockets.count(of: child.pid) > 0 ? true : nil
        }
    }

    /// The first line that it prints.
    func line() async throws -> String {
        try await eventually("sluice watch prints a line") {
            if let ending = child.poll() { throw Mishap("sluice watch: \(ending), \(Workspace.text(errors))") }
            let text = Workspace.text(output)
            return text.hasSuffix("\n") ? text : nil
        }
    }

    func end() { child.kill() }
}
