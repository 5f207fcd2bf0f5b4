import Glibc

/// A program that has ended, and what it said.
struct Command {
    /// Its exit status; 128 and the signal if one ended it, as shells have it.
    let status: Int32
    /// Its standard output and standard error, in one.
    let output: String

    /// Runs a program to its end, with variables added to the environment.
    ///
    /// - Throws: The system's error number where it cannot be started.
    init(_ program: String, _ arguments: [String], environment added: [String: String]) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(code: errno) }
        defer { close(ends[0]) }
        let process = try Self.start(program, arguments, added, output: ends[1])
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            octets += buffer[..<count]
        }
        var result: Int32 = 0
        while waitpid(process, &result, 0) < 0, errno == EINTR {}
        status = result & 0x7F == 0 ? result >> 8 & 0xFF : 128 + result & 0x7F
        output = String(decoding: octets, as: UTF8.self)
    }

    /// The system's refusal to start a program.
    struct Failure: Error {
        let code: Int32
    }

    private static func start(
        _ program: String, _ arguments: [String], _ added: [String: String], output: Int32
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        posix_spawn_file_actions_addclose(&actions, output)
        // `env` adds to the environment that it inherits, so nothing has to be merged here.
        let words = ["env"] + added.map { "\($0)=\($1)" } + [program] + arguments
        let pointers = words.map { strdup($0) } + [nil]
        defer {
            for pointer in pointers { free(pointer) }
            posix_spawn_file_actions_destroy(&actions)
            close(output)
        }
        var process = pid_t()
        let code = posix_spawn(&process, "/usr/bin/env", &actions, nil, pointers, environ)
        guard code == 0 else { throw Failure(code: code) }
        return process
    }

    /// The folder of the running executable, where the build puts `sluice`, too.
    static var productFolder: String {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count)
        let text = String(decoding: path.prefix(max(count, 0)), as: UTF8.self)
        return text.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    }

    /// The folder of the package.
    static var root: String {
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    }
}
