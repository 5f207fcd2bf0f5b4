import Files
import Glibc

/// A server process that runs under given pipeline files, wherever its data lies.
///
/// A server keeps the data directory that it began with, so after a change of the files it is not where they say. What
/// the system tells of its processes (`/proc`) is asked only when nobody answers there.
struct ServerProcess {
    let id: String
    let dataDirectory: String

    /// The end of the path of the file that a running server holds open in its data directory.
    private static let lockSuffix = "/queue/lock"
    /// More than command lines and environments have as a rule; what is beyond is not looked at.
    private static let readLimit = 64 << 10

    /// The server of a directory of pipeline files that this user may look at; `nil` if none runs.
    init?(runningUnder directory: String) {
        guard let wanted = Self.resolved(directory), let program = Self.program("self") else { return nil }
        for process in Self.names(in: "/proc") where process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard Int(process) != Int(getpid()), Self.program(process) == program,
                let files = Self.pipelines(of: process), Self.resolved(files) == wanted,
                let data = Self.dataDirectory(of: process)
            else { continue }
            id = process
            dataDirectory = data
            return
        }
        return nil
    }

    /// The directory of pipeline files that a process was told to run, if it runs any.
    private static func pipelines(of process: String) -> String? {
        let arguments = strings(in: "/proc/\(process)/cmdline").dropFirst()
        guard arguments.first == "run", let working = target(of: "/proc/\(process)/cwd") else { return nil }
        var named: String?
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            if argument == "--log-level" {
                rest = rest.dropFirst()
            } else if !argument.hasPrefix("-") {
                named = argument
            }
        }
        let prefix = "SLUICE_PIPELINES="
        let inherited = strings(in: "/proc/\(process)/environ").first { $0.hasPrefix(prefix) }
        let directory = named ?? inherited.map { String($0.dropFirst(prefix.count)) } ?? "pipelines"
        return directory.hasPrefix("/") ? directory : working + "/" + directory
    }

    private static func dataDirectory(of process: String) -> String? {
        let descriptors = "/proc/\(process)/fd"
        let path = names(in: descriptors).lazy.compactMap { target(of: descriptors + "/" + $0) }
            .first { $0.hasSuffix(lockSuffix) }
        return path.map { String($0.dropLast(lockSuffix.count)) }
    }

    /// The name of a process's program, even if its file was replaced since.
    private static func program(_ process: String) -> Substring? {
        let path = target(of: "/proc/\(process)/exe")
        return path?.split(separator: "/").last?.split(separator: " ").first
    }

    private static func strings(in path: String) -> [String] {
        do throws(FileError) {
            let file = try LocalFileSystem().open(path, .read)
            defer { file.close() }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: readLimit, alignment: 1)
            defer { memory.deallocate() }
            let count = try file.read(into: memory, at: 0)
            return memory[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        } catch {
            return []  // the process has ended, or is somebody else's
        }
    }

    private static func names(in directory: String) -> [String] {
        do throws(FileError) {
            return try LocalFileSystem().list(directory)
        } catch {
            return []  // the same
        }
    }

    private static func target(of link: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = readlink(link, start, buffer.count)
            guard count > 0 else { return nil }
            return String(decoding: UnsafeRawBufferPointer(buffer)[..<count], as: UTF8.self)
        }
    }

    /// A path without links and dots; `nil` if there is nothing.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
