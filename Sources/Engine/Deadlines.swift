import StageKit
import Synchronization

/// Ends the wait for calls that take too long.
///
/// A stage that hangs and ignores its cancellation must not hold up a session or a lane, so a supervised call runs in a
/// task of its own that is cancelled and left behind when its time is up. One loop watches all calls that wait.
package final class Deadlines: Sendable {
    /// How often the loop looks: a step may be waited for this much longer than its timeout says.
    package static let tick: Duration = .milliseconds(50)

    private let open = Mutex<[ObjectIdentifier: SupervisedCall]>([:])

    package init() {}

    /// Watches until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            let now = Uptime.now
            for call in open.withLock({ Array($0.values) }) { call.expire(at: now) }
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
        let result = Mutex<Value?>(nil)
        try await begin { watch in
            try watch.begin(0, limit: limit)
            let value = try await body()
            try watch.end()
            result.withLock { $0 = value }
        }.value.get()
        guard let value = result.withLock({ $0 }) else { throw CancellationError() }
        return value
    }

    /// Begins `body` on this thread; it tells the watch as it begins and ends each of its parts.
    ///
    /// One supervision for many short calls: it costs a task, which one such call may not be worth. A body that never has
    /// to wait is over before anybody could leave it behind, so only those that wait are watched.
    ///
    /// - Returns: What `body` throws, or ``TimeLimitExceeded`` when a part's limit has passed.
    func begin(_ body: @escaping @Sendable (any Watch) async throws -> Void) -> Eventual<Result<Void, any Error>> {
        let call = SupervisedCall()
        let task = call.begin(body)
        if let result = call.result { return .known(result) }
        return .awaited { await self.end(of: call, task) }
    }

    private func end(of call: SupervisedCall, _ task: Task<Void, Never>) async -> Result<Void, any Error> {
        open.withLock { $0[ObjectIdentifier(call)] = call }
        defer { open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(call)) } }
        return await call.end(of: task)
    }
}

/// Who watches a call that has several parts.
protocol Watch: Sendable {
    /// Says that the time of another part begins.
    ///
    /// - Throws: `CancellationError` if the part before took too long, so that nobody waits for the call any more.
    func begin(_ part: Int, limit: Duration) throws

    /// Says that the part is over, before its result is used, and how long it took.
    ///
    /// - Throws: ``TimeLimitExceeded`` if it took too long, or `CancellationError` if nobody waits for the call any more.
    @discardableResult func end() throws -> Duration
}

/// A call did not return in time.
package struct TimeLimitExceeded: Error, CustomStringConvertible {
    /// The time it had.
    package let limit: Duration
    /// The part of the call that took too long.
    let part: Int

    package var description: String { "did not finish within \(limit)" }
}
