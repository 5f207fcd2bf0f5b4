import Glibc

/// A thread of its own for work that blocks in the kernel, which neither the pool nor an event loop may do.
package enum DedicatedThread {
    /// The system refused to make a thread.
    package struct StartError: Error, CustomStringConvertible {
        let name: String
        let code: Int32
        /// What went wrong, for the operator.
        package var description: String {
            "cannot start the thread \(name) (error \(code)); the limit on threads may be too low"
        }
    }

    /// Runs `body` on a new thread, which ends with it.
    ///
    /// - Parameters:
    ///   - name: What `top -H` and `ps -L` list it under; at most 15 octets.
    ///   - niceness: The thread's nice value, of -20 to 19: what has a higher one yields.
    ///   - body: What the thread does.
    /// - Throws: ``StartError`` where the system allows no further thread.
    package static func start(
        _ name: String, niceness: Int32 = 0, _ body: @escaping @Sendable () -> Void
    ) throws(StartError) {
        assert(name.utf8.count <= longestName, "the system would cut \(name)")
        let argument = Unmanaged.passRetained(ThreadBody(name, niceness, body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runThreadBody, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw StartError(name: name, code: code)
        }
        pthread_detach(thread)
    }

    /// Octets of a name: `TASK_COMM_LEN` of Linux without the closing NUL.
    private static let longestName = 15
}

private final class ThreadBody: Sendable {
    private let name: String
    private let niceness: Int32
    private let body: @Sendable () -> Void

    init(_ name: String, _ niceness: Int32, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        self.niceness = niceness
        self.body = body
    }

    func run() {
        takeName()
        // On Linux a thread has its own priority, named by its thread id; 0 is the calling thread.
        if niceness != 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
        body()
    }

    /// Names the calling thread, as far as the system lets us: a name is only there for those who look.
    private func takeName() {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = write(descriptor, name, name.utf8.count)
        close(descriptor)
    }
}

// A plain function: a closure could be bound to an actor, which no thread of ours is.
private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}
