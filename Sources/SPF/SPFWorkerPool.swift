import Glibc
import Resolver
import Synchronization

/// Helper processes that run libspf2, so that a fault of its takes down one of them and not the server.
package final class SPFWorkerPool: Sendable {
    /// What a helper process made of a request.
    enum Reply: Sendable, Equatable {
        /// libspf2's result.
        case result(SPFResult)
        /// There is none, and why.
        case failure(String)
    }

    /// How long one evaluation may take: libspf2 needs under a millisecond, so more than this is a hang.
    package static let defaultDeadline: Duration = .seconds(5)

    private let workers: [WorkerDriver]
    private let turn = Atomic(0)

    /// Prepares helper processes, which start with the first request.
    ///
    /// - Parameters:
    ///   - executable: The path of `spf-worker`; nil looks beside the running executable.
    ///   - workers: How many processes to use; each takes one processor when busy.
    ///   - deadline: How long one evaluation may take before its process is killed.
    /// - Throws: ``SystemError`` where there is no such program or an event descriptor cannot be had, and errors of starting a thread.
    package init(executable: String? = nil, workers: Int = 1, deadline: Duration = defaultDeadline) throws {
        let path = try executable ?? WorkerProcess.defaultPath()
        // Said now, and not by the checks of the first strangers, which would have no result.
        guard access(path, X_OK) == 0 else { throw SystemError("start the helper process \(path)", code: errno) }
        self.workers = try (0..<max(workers, 1)).map { _ in try WorkerDriver(path: path, deadline: deadline) }
    }

    deinit { for worker in workers { worker.close() } }

    /// How often a helper process has been started.
    package var starts: Int { workers.reduce(0) { $0 + $1.status.starts.load(ordering: .relaxed) } }

    /// The helper processes that run now.
    package var processes: [Int32] { workers.map { $0.status.process.load(ordering: .relaxed) }.filter { $0 > 0 } }

    /// Ends the helper processes: requests under way fail.
    ///
    /// May be called more than once.
    package func stop() async {
        for worker in workers { worker.close() }
    }

    /// Has a helper process evaluate a request, see ``PolicyBundle/encoded()``.
    func evaluate(_ request: [UInt8]) async -> Reply {
        let worker = workers[Int(turn.wrappingAdd(1, ordering: .relaxed).oldValue.magnitude % workers.count.magnitude)]
        return await withCheckedContinuation { caller in
            worker.submit(request) { caller.resume(returning: $0) }
        }
    }
}
