package import Resolver
import Synchronization

/// Answers from a zone that can change, and says how long it knows what it says: for tests of what is remembered.
package final class AgeingResolver: DNSResolving {
    private struct State {
        var zone: DNSZone
        var questions = 0
    }

    private let state: Mutex<State>
    private let usualLifetime: Duration?
    private let lifetimes: [String: Duration?]

    /// A resolver whose answers hold for the usual lifetime, or that of their names; nil: it does not say how long.
    package init(_ zone: DNSZone, lifetime: Duration? = .seconds(3_600), lifetimes: [String: Duration?] = [:]) {
        state = Mutex(State(zone: zone))
        usualLifetime = lifetime
        self.lifetimes = lifetimes
    }

    /// How often it was asked.
    package var questions: Int { state.withLock { $0.questions } }

    /// Answers from another zone from now on.
    package func change(to zone: DNSZone) { state.withLock { $0.zone = zone } }

    package func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        let zone = state.withLock { state in
            state.questions += 1
            return state.zone
        }
        return await ZoneResolver(zone).query(name, type)
    }

    package func queryWithExpiry(
        _ name: String, _ type: RecordType
    ) async -> (answer: DNSAnswer, expiry: ContinuousClock.Instant?) {
        let lifetime = lifetimes[name] ?? usualLifetime
        return (await query(name, type), lifetime.map { .now + $0 })
    }
}
