import Foundation
import Glibc

/// The project's tree, and what tests need beside it.
enum Places {
    /// The package's directory: this file lies four names below it.
    static let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    /// The folder of this test target.
    static let here = root + "/Tests/EndToEndTests"

    /// The public collection of real mail: in `SLUICE_SUITES`, or in `../shared/suites` beside the package.
    static let mail: String = {
        let suites = ProcessInfo.processInfo.environment["SLUICE_SUITES"] ?? root + "/../shared/suites"
        return suites + "/mail/data"
    }()

    static let hasMail = access(mail, R_OK) == 0

    /// The command under test: `SLUICE_BINARY`, or what was built beside these tests.
    static let sluice: String = {
        if let given = ProcessInfo.processInfo.environment["SLUICE_BINARY"] { return given }
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let tests = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        let beside = tests.split(separator: "/").dropLast().joined(separator: "/")
        let candidates = ["/" + beside + "/sluice", root + "/.build/debug/sluice"]
        return candidates.first { access($0, X_OK) == 0 } ?? candidates[1]
    }()

    /// A program of the system, in the places where Debian puts programs.
    static func program(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let directories = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return directories.map { $0 + "/" + name }.first { access($0, X_OK) == 0 }
    }
}
