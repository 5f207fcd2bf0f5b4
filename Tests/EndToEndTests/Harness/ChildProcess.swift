import Glibc
import Synchronization

/// A process that a test starts and, by its id alone, ends; its output goes to files.
final class ChildProcess: Sendable {
    /// Its id.
    let pid: pid_t
    private let ending = Mutex<Ending?>(nil)

    /// How it ended.
    enum Ending: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    /// Starts an executable; the file for output is written anew, the one for errors is added to.
    init(_ executable: String, _ arguments: [String], output: String, errors: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // The threads that tests run on have signals blocked, and a child that inherits this cannot be ended kindly, nor
        // can its own children.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([executable] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        words.append(nil)
        var id = pid_t()
        let status = posix_spawn(&id, executable, &actions, &attributes, words, environ)
        guard status == 0 else { throw Mishap("\(executable) does not start: \(String(cString: strerror(status)))") }
        pid = id
    }

    /// How it ended; `nil` while it runs.
    func poll() -> Ending? {
        ending.withLock { ending in
            guard ending == nil else { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
            return ending
        }
    }

    /// Sends a signal, unless it has ended.
    func signal(_ signal: Int32) {
        // The id is ours for as long as nobody has collected the status.
        if poll() == nil { Glibc.kill(pid, signal) }
    }

    /// Waits until it ends.
    func wait(_ limit: Duration = .seconds(60)) async throws -> Ending {
        try await eventually("process \(pid) ends", within: limit) { self.poll() }
    }

    /// Ends it: kindly, then with force.
    func stop() async {
        signal(SIGTERM)
        do {
            _ = try await wait(.seconds(30))
        } catch {
            kill()
        }
    }

    /// Ends it with force and waits for that.
    func kill() {
        signal(SIGKILL)
        while poll() == nil { usleep(1_000) }
    }
}
