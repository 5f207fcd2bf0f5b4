import Glibc
import Resolver

/// One helper process and the socket to it.
final class WorkerProcess {
    /// The process' number.
    let id: pid_t
    /// Our end of the socket, which does not block.
    let socket: Int32

    /// The path of `spf-worker` beside the running executable.
    static func defaultPath() throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw SystemError("read the path of the running executable", code: errno) }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        return "\(folder)/spf-worker"
    }

    /// Starts the process with the socket as its standard input and output; it closes what else it inherits itself.
    init(path: String) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("open a socket pair", code: errno) }
        socket = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = WorkerProcess.plainSignals()
        defer { posix_spawnattr_destroy(&attributes) }
        var child = pid_t()
        var name = Array(path.utf8CString)
        let code = name.withUnsafeMutableBufferPointer { name in
            var arguments = [name.baseAddress, nil]
            var environment: [UnsafeMutablePointer<CChar>?] = [nil]
            return posix_spawn(&child, path, &actions, &attributes, &arguments, &environment)
        }
        close(ends[1])
        id = child
        guard code == 0 else {
            close(ends[0])
            throw SystemError("start \(path)", code: code)
        }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    }

    /// No signal blocked and all as the system has them: pool threads block most, and a child inherits that.
    private static func plainSignals() -> posix_spawnattr_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        return attributes
    }

    /// Kills the process, waits for its end and closes the socket; to be called once.
    func end() {
        kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        close(socket)
    }
}
