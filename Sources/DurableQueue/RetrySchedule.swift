package import Bytes

/// When to try again what failed for now.
///
/// ```yaml
/// retry: { first: 1m, factor: 2, max: 1h, for: 5d }
/// ```
package struct RetrySchedule: Sendable, Hashable, Codable {
    /// The wait after the first failure.
    package var first: Duration
    /// By how much each wait is longer than the one before.
    package var factor: Double
    /// The longest wait.
    package var max: Duration
    /// How long after its arrival a message is tried; RFC 5321, section 4.5.4.1 asks for 4 to 5 days.
    package var `for`: Duration

    package init(
        first: Duration = .seconds(60), factor: Double = 2, max: Duration = .seconds(3_600),
        for lifetime: Duration = .seconds(5 * 86_400)
    ) {
        self.first = first
        self.factor = factor
        self.max = max
        self.for = lifetime
    }

    /// By which part a wait is varied up or down, so that what failed together is not tried together.
    static let jitter = 0.2

    /// The moment of the next attempt, or `nil` once the message's time is over.
    ///
    /// `attempts` counts those that failed so far, the one just made included.
    package func next(
        afterAttempts attempts: Int, received: Timestamp, now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> Timestamp? {
        guard now - received < `for` else { return nil }
        var wait = first / .seconds(1)
        let longest = max / .seconds(1)
        for _ in 1..<Swift.max(attempts, 1) where wait < longest { wait *= factor }
        wait = Swift.min(wait, longest) * Double.random(in: (1 - Self.jitter)...(1 + Self.jitter), using: &generator)
        let next = now + .seconds(wait)
        // The last attempt comes when the time is over, not a whole wait before.
        return Swift.min(next, Swift.max(received + `for`, now + .seconds(1)))
    }
}
