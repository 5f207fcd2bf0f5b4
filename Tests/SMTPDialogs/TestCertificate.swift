import Foundation

/// Certificates that `openssl` makes for tests, in a temporary directory.
package struct TestCertificate: Sendable {
    /// The file of the certificate.
    package let certificate: String
    /// The file of its key.
    package let key: String

    /// Why there is no certificate.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Makes a self-signed certificate for names in a directory; `days` may lie in the past.
    package init(for names: [String], in directory: String, named file: String = "mx", days: Int = 30) throws {
        certificate = "\(directory)/\(file).pem"
        key = "\(directory)/\(file).key"
        let alternatives = names.map { "DNS:\($0)" }.joined(separator: ",")
        try Self.run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out", certificate, "-days", "\(days)", "-subj", "/CN=\(names.first ?? "mx")", "-addext",
            "subjectAltName=\(alternatives)",
        ])
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "openssl \(arguments.joined(separator: " ")): \(process.terminationStatus)")
        }
    }
}

/// A directory that is gone when the body ends.
package func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "slc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    do {
        let result = try await body(directory.path)
        try FileManager.default.removeItem(at: directory)
        return result
    } catch {
        try FileManager.default.removeItem(at: directory)
        throw error
    }
}
