package import Foundation

/// Programs of others that verify and sign, where they are installed.
package enum Peer {
    private static let opendkim = "/usr/sbin/opendkim"
    private static let python = "/usr/bin/python3"
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("dkimpy.py").path

    /// Whether Debian's opendkim is there.
    package static let hasOpenDKIM = FileManager.default.isExecutableFile(atPath: opendkim)
    /// Whether Debian's python3-dkim is there, with python3-nacl, without which it knows no Ed25519.
    package static let hasDkimpy: Bool = {
        do {
            return try run(python, ["-c", "import dkim, nacl"]).status == 0
        } catch {
            return false
        }
    }()

    /// What OpenDKIM's test mode says of a mail; the settings are lines of its configuration.
    package static func opendkim(_ mail: String, _ settings: [String]) throws -> String {
        try withFolder { folder in
            let file = folder.appendingPathComponent("opendkim.conf")
            try (["RequireSafeKeys no"] + settings).joined(separator: "\n").appending("\n")
                .write(to: file, atomically: true, encoding: .utf8)
            let content = folder.appendingPathComponent("mail")
            try mail.write(to: content, atomically: true, encoding: .utf8)
            return try run(opendkim, ["-x", file.path, "-t", content.path, "-vvv"], withErrors: true).text
        }
    }

    /// What dkimpy says of each mail: `pass`, or what it is instead.
    package enum Check: String {
        /// The topmost signature.
        case dkim
        /// The chain of seals.
        case arc
    }

    /// dkimpy's word on each mail; the records have a line of `name record` each.
    package static func dkimpy(_ check: Check, _ mails: [String], records: [String]) throws -> [String] {
        try withFolder { folder in
            let zone = folder.appendingPathComponent("records")
            try records.joined(separator: "\n").write(to: zone, atomically: true, encoding: .utf8)
            let files = try mails.enumerated().map { number, mail in
                let file = folder.appendingPathComponent("mail-\(number)")
                try mail.write(to: file, atomically: true, encoding: .utf8)
                return file.path
            }
            let said = try run(python, [script, check.rawValue, zone.path] + files)
            return said.text.split(separator: "\n").map(String.init)
        }
    }

    /// Runs the body with a folder of its own, which is removed behind it.
    package static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = Swift.Result { try body(folder) }
        try FileManager.default.removeItem(at: folder)
        return try result.get()
    }

    private static func run(
        _ program: String, _ arguments: [String], withErrors: Bool = false
    ) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = withErrors ? pipe : FileHandle.nullDevice
        try process.run()
        let octets = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: octets, as: UTF8.self))
    }
}
