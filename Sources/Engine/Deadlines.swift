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
            let open = calls.withLock { calls in Array(calls.open.values) }
            for call in open { call.expire(at: now) }
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
        try await supervise { watch in
            try watch.begin(0, limit: limit)
            return try await body()
        }
    }

    /// The result of `body`, which tells the watch as it begins each of its parts, or ``TimeLimitExceeded`` when a part's
    /// limit has passed.
    ///
    /// One supervision for many short calls: it costs a task, which one such call may not be worth.
    ///
    /// - Throws: What `body` throws, or ``TimeLimitExceeded``.
    func supervise<Value: Sendable>(
        _ body: @escaping @Sendable (any Watch) async throws -> Value
    ) async throws -> Value {
        let call = SupervisedCall<Value>(clock)
        let number = calls.withLock { calls in
            calls.next += 1
            calls.open[calls.next] = call
            return calls.next
        }
        defer { calls.withLock { _ = $0.open.removeValue(forKey: number) } }
        return try await call.value { try await body(call) }
    }
}

/// Who watches a call that has several parts.
protocol Watch: Sendable {
    /// Says that the time of another part begins.
    ///
    /// - Throws: `CancellationError` if the part before took too long, so that nobody waits for the call any more.
    func begin(_ part: Int, limit: Duration) throws

    /// Says that the part is over, before its result is used.
    ///
    /// - Throws: `CancellationError` if it took too long.
    func end() throws
}

/// A call did not return in time.
package struct TimeLimitExceeded: Error, CustomStringConvertible {
    /// The time it had.
    package let limit: Duration
    /// The part of the call that took too long.
    let part: Int

    package var description: String { "did not finish within \(limit)" }
}

private protocol Expirable: Sendable {
    /// Ends the wait if the time is up.
    func expire(at now: ContinuousClock.Instant)
}

/// A part of a call that is under way.
private struct Part {
    let number: Int
    let limit: Duration
    let deadline: ContinuousClock.Instant
}

private final class SupervisedCall<Value: Sendable>: Expirable, Watch {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>, Task<Void, Never>?)
        case finished
    }

    private let clock: ContinuousClock
    private let state = Mutex(State.idle)
    /// The part under way; nothing before the first, and once its time was up.
    private let part: Mutex<(current: Part?, isOver: Bool)>

    init(_ clock: ContinuousClock) {
        self.clock = clock
        part = Mutex((nil, false))
    }

    func begin(_ number: Int, limit: Duration) throws {
        let deadline = clock.now + limit
        try part.withLock { part in
            guard !part.isOver else { throw CancellationError() }
            part.current = Part(number: number, limit: limit, deadline: deadline)
        }
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

    func end() throws {
        try part.withLock { part in
            guard !part.isOver else { throw CancellationError() }
            part.current = nil
        }
    }

    func expire(at now: ContinuousClock.Instant) {
        let overdue = part.withLock { part -> Part? in
            guard let current = part.current, current.deadline <= now else { return nil }
            part = (nil, true)
            return current
        }
        guard let overdue else { return }
        finish(.failure(TimeLimitExceeded(limit: overdue.limit, part: overdue.number)), cancelling: true)
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
