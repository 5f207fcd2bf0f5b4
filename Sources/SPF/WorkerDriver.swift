import Files
import Resolver
import Synchronization

/// The door to the thread that talks to one helper process.
final class WorkerDriver: Sendable {
    /// A request and whom to tell of its end.
    struct Job: Sendable {
        let request: [UInt8]
        let completion: @Sendable (SPFWorkerPool.Reply) -> Void
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isClosed = false
    }

    /// The most requests that wait for the thread; more fail at once, so that a flood cannot fill the memory.
    private static let capacity = 10_000

    let status = WorkerStatus()
    private let inbox = Mutex(Inbox())
    private let signal: WakeSignal

    init(path: String, deadline: Duration) throws {
        signal = try WakeSignal()
        let loop = WorkerLoop(path: path, deadline: deadline, wake: signal.descriptor, status: status)
        // The loop belongs to its thread alone from here on.
        nonisolated(unsafe) let owned = loop
        try DedicatedThread.start("sluice-spf") { [self] in
            while let jobs = take() { owned.turn(jobs) }
            owned.close()
        }
    }

    /// Hands a request over; its completion is called exactly once.
    func submit(_ request: [UInt8], completion: @escaping @Sendable (SPFWorkerPool.Reply) -> Void) {
        let refusal: String? = inbox.withLock { inbox in
            if inbox.isClosed { return "SPF evaluation is stopped" }
            if inbox.jobs.count >= WorkerDriver.capacity { return "too many SPF evaluations under way" }
            inbox.jobs.append(Job(request: request, completion: completion))
            return nil
        }
        if let refusal { completion(.failure(refusal)) } else { signal.raise() }
    }

    /// Ends the thread and the process.
    func close() {
        inbox.withLock { $0.isClosed = true }
        signal.raise()
    }

    private func take() -> [Job]? {
        signal.clear()
        return inbox.withLock { inbox in
            if inbox.isClosed, inbox.jobs.isEmpty { return nil }
            defer { inbox.jobs = [] }
            return inbox.jobs
        }
    }
}
