import Synchronization

/// A call that may be left behind: its task, who waits for it, and the time of the part that is under way.
///
/// It carries no value, since a class with one of any type is slower to make and to destroy than many a call.
final class SupervisedCall: Watch {
    private enum State {
        /// Nobody waits yet.
        case begun
        case awaited(Waiting)
        /// It has returned, or its time was up.
        case over(Result<Void, any Error>)

        var isOver: Bool { if case .over = self { true } else { false } }

        /// Ends the call, unless it is over already; tells who waits for that.
        mutating func end(with result: Result<Void, any Error>) -> Waiting? {
            guard !isOver else { return nil }
            defer { self = .over(result) }
            return if case .awaited(let waiting) = self { waiting } else { nil }
        }
    }

    private struct Waiting {
        let resume: @Sendable (Result<Void, any Error>) -> Void
        let task: Task<Void, Never>
    }

    private struct Part {
        let number: Int
        let limit: Duration
        let start: Duration

        func isOverdue(at now: Duration) -> Bool { now - start >= limit }
        var failure: TimeLimitExceeded { TimeLimitExceeded(limit: limit, part: number) }
    }

    private struct Progress {
        var state = State.begun
        var part: Part?
    }

    private let progress = Mutex(Progress())

    /// What it came to; `nil` while it is under way.
    var result: Result<Void, any Error>? {
        progress.withLock { if case .over(let result) = $0.state { result } else { nil } }
    }

    /// Begins the call on this thread at once, so that one that never waits costs no change of threads.
    ///
    /// Its task is unstructured, since a structured child would be waited for, however long it hangs.
    func begin(_ body: @escaping @Sendable (any Watch) async throws -> Void) -> Task<Void, Never> {
        Task.immediate {
            do {
                finish(.success(try await body(self)))
            } catch {
                finish(.failure(error))
            }
        }
    }

    /// Waits for the end of a call that has begun.
    ///
    /// - Returns: What the call throws, or ``TimeLimitExceeded``.
    func end(of task: Task<Void, Never>) async -> Result<Void, any Error> {
        await withCheckedContinuation { continuation in
            let result = progress.withLock { progress -> Result<Void, any Error>? in
                if case .over(let result) = progress.state { return result }
                progress.state = .awaited(Waiting(resume: { continuation.resume(returning: $0) }, task: task))
                return nil
            }
            guard let result else { return }
            // It has returned meanwhile, or its time was up before anybody waited.
            task.cancel()
            continuation.resume(returning: result)
        }
    }

    func begin(_ number: Int, limit: Duration) throws {
        let part = Part(number: number, limit: limit, start: Uptime.now)
        try progress.withLock { progress in
            guard !progress.state.isOver else { throw CancellationError() }
            progress.part = part
        }
    }

    func end() throws -> Duration {
        let now = Uptime.now
        return try progress.withLock { progress in
            guard let part = progress.part else { throw CancellationError() }
            // Nobody watches a call that has not waited, and nobody need have looked since the time was up.
            guard !part.isOverdue(at: now) else { throw part.failure }
            progress.part = nil
            return now - part.start
        }
    }

    /// Ends the wait if the time is up.
    func expire(at now: Duration) {
        let overdue = progress.withLock { progress -> (waiting: Waiting?, failure: TimeLimitExceeded)? in
            guard let part = progress.part, part.isOverdue(at: now) else { return nil }
            progress.part = nil
            return (progress.state.end(with: .failure(part.failure)), part.failure)
        }
        guard let overdue else { return }
        overdue.waiting?.task.cancel()
        overdue.waiting?.resume(.failure(overdue.failure))
    }

    private func finish(_ result: Result<Void, any Error>) {
        let waiting = progress.withLock { $0.state.end(with: result) }
        waiting?.resume(result)
    }
}
