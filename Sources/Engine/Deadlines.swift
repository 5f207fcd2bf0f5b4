import Synchronization

/// Ends the wait for calls that take too long.
///
/// A stage that hangs and ignores its cancellation must not hold up a session or a lane, so a supervised call runs in a
/// task of its own that is cancelled and left behind when its time is up. One loop watches all calls.
package final class Deadlines: Sendable {
    /// How often the loop looks: a step may take this much longer than its timeout says.
    package static let tick: Duration = .milliseconds(50)

    private struct Calls {
        var next: UInt64 = 0
        var open: [UInt64: any Expirable] = [:]
    }

    private let calls = Mutex(Calls())
    private let clock = ContinuousClock()

    package init() {}

    /// Watches until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            let now = clock.now
            let overdue = calls.withLock { calls in calls.open.values.filter { $0.deadline <= now } }
            for call in overdue { call.expire() }
            do {
                try await Task.sleep(for: Self.tick)
            } catch {
                return
            }
        }
    }

    /// The result of `body`, or ``TimeLimitExceeded`` when `limit` has passed without one.
    ///
    /// - Throws: What `body` throws, or ``TimeLimitExceeded``.
    package func supervise<Value: Sendable>(
        limit: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let call = SupervisedCall<Value>(deadline: clock.now + limit, limit: limit)
        let number = calls.withLock { calls in
            calls.next += 1
            calls.open[calls.next] = call
            return calls.next
        }
        defer { calls.withLock { _ = $0.open.removeValue(forKey: number) } }
        return try await call.value(of: body)
    }
}

/// A call did not return in time.
package struct TimeLimitExceeded: Error, CustomStringConvertible {
    /// The time it had.
    package let limit: Duration

    package var description: String { "did not finish within \(limit)" }
}

private protocol Expirable: Sendable {
    var deadline: ContinuousClock.Instant { get }
    func expire()
}

private final class SupervisedCall<Value: Sendable>: Expirable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>, Task<Void, Never>?)
        case finished
    }

    let deadline: ContinuousClock.Instant
    private let limit: Duration
    private let state = Mutex(State.idle)

    init(deadline: ContinuousClock.Instant, limit: Duration) {
        self.deadline = deadline
        self.limit = limit
    }

    func value(of body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { $0 = .waiting(continuation, nil) }
            // Unstructured, since a structured child would be waited for, however long it hangs. It begins on this
            // thread at once, so that a stage that never suspends costs no change of threads.
            let task = Task.immediate {
                do {
                    finish(.success(try await body()))
                } catch {
                    finish(.failure(error))
                }
            }
            let isFinished = state.withLock { state in
                guard case .waiting(let continuation, nil) = state else { return true }
                state = .waiting(continuation, task)
                return false
            }
            // It has returned already, or its time was up before its task was known.
            if isFinished { task.cancel() }
        }
    }

    func expire() {
        finish(.failure(TimeLimitExceeded(limit: limit)), cancelling: true)
    }

    private func finish(_ result: Result<Value, any Error>, cancelling: Bool = false) {
        let waiting = state.withLock { state -> (CheckedContinuation<Value, any Error>, Task<Void, Never>?)? in
            guard case .waiting(let continuation, let task) = state else { return nil }
            state = .finished
            return (continuation, task)
        }
        guard let (continuation, task) = waiting else { return }
        if cancelling { task?.cancel() }
        continuation.resume(with: result)
    }
}
