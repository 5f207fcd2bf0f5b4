package import Bytes
import Synchronization

/// Lets so many events of each key pass in a period, as a leaky bucket does: those who have been quiet may come in a
/// burst, those who have not, at an even pace.
///
/// It keeps one moment for each key, the one at which an even pace would have brought its last event (the generic cell
/// rate algorithm, ITU-T I.371, annex A). What it knows is in memory only: after a restart everybody begins anew.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private let interval: Int64
    private let period: Int64
    private let state: Mutex<State>

    /// The keys, in two generations: when the young one is full, the old one, the longest unused, is forgotten.
    private struct State {
        var young: [Key: Int64] = [:]
        var old: [Key: Int64] = [:]
    }

    /// How many keys are kept: some ten megabytes, and more clients than talk to one server within a usual period.
    package static var capacity: Int { 200_000 }

    /// A limiter that lets `count` events of a key pass in a period.
    package init(count: Int, per period: Duration) {
        self.period = max(1, (Timestamp(microseconds: 0) + period).microseconds)
        interval = max(1, self.period / Int64(max(count, 1)))
        state = Mutex(State())
    }

    /// Counts an event; returns how long to wait if it comes too early, and does not count it then.
    package func admit(_ key: Key, at now: Timestamp) -> Duration? {
        let now = now.microseconds
        return state.withLock { state in
            let known = state.young[key] ?? state.old[key] ?? now
            // A moment further away than a period was left behind by a clock that was set back.
            let paced = max(now, min(known, now + period))
            let early = paced - now - (period - interval)
            if state.young.count >= Self.capacity / 2, state.young[key] == nil {
                state.old = state.young
                state.young = [:]
            }
            state.young[key] = early > 0 ? paced : paced + interval
            guard early <= 0 else { return .microseconds(early) }
            return nil
        }
    }
}
