import Foundation

/// A program of the system that a test talks to.
enum Tool {
    /// Where the program is; `nil` if it is not installed.
    static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/sbin", "/usr/bin"]).map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func isInstalled(_ name: String) -> Bool { path(name) != nil }

    struct Outcome: Sendable {
        let status: Int32
        let output: String
    }

    /// Runs a program to its end; gives its exit status and everything it wrote.
    static func run(_ name: String, _ arguments: [String]) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sluice-tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { removeQuietly(folder) }
        let file = folder.appending(path: "output")
        try Data().write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: path(name) ?? name)
        process.arguments = arguments
        // A file, not a pipe: nobody must read while the program runs.
        let handle = try FileHandle(forWritingTo: file)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(status: status, output: try String(contentsOf: file, encoding: .utf8))
    }

    /// Calls `body` with the path of a new file that has these octets.
    static func withFile<Result>(_ octets: [UInt8], _ body: (String) async throws -> Result) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "sluice-\(UUID().uuidString)")
        try Data(octets).write(to: file)
        defer { removeQuietly(file) }
        return try await body(file.path)
    }

    /// Removes a file of a test; one that is left in the temporary folder does no harm.
    private static func removeQuietly(_ file: URL) {
        do {
            try FileManager.default.removeItem(at: file)
        } catch {
            FileHandle.standardError.write(Data("could not remove \(file.path): \(error)\n".utf8))
        }
    }
}
