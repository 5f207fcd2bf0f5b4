import Glibc

/// A process that delivers until it is killed.
final class CrashChild {
    struct Failure: Error { let code: Int32 }

    private var process: pid_t = 0
    private let output: Int32

    /// Starts it; the program lies beside the one that runs the tests.
    init(directory: String, run: Int) throws {
        var path = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0 else { throw Failure(code: errno) }
        let own = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let program = own[..<(own.lastIndex(of: "/") ?? own.startIndex)] + "/MailStoreCrashChild"
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(code: errno) }
        output = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(String(program)), strdup(directory), strdup("\(run)")]
        let code = posix_spawn(&process, String(program), &actions, nil, arguments + [nil], environ)
        for argument in arguments { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        guard code == 0 else { throw Failure(code: code) }
    }

    /// Reads so many lines, kills the process, and gives all lines it wrote up to then.
    func report(lines count: Int) throws -> [Substring] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var isKilled = false
        while true {
            let read = Glibc.read(output, &buffer, buffer.count)
            guard read > 0 else { break }
            text += buffer.prefix(read)
            if !isKilled, text.count(where: { $0 == 10 }) >= count {
                kill(process, SIGKILL)
                isKilled = true
            }
        }
        close(output)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        // It ends by the signal alone; the lower seven bits tell which.
        guard isKilled, status & 0x7F == SIGKILL else { throw Failure(code: status) }
        // A line cut short was not reported.
        let end = text.lastIndex(of: 10) ?? 0
        return String(decoding: text[..<end], as: UTF8.self).split(separator: "\n")
    }
}
