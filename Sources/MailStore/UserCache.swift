import Synchronization

/// Users by address, so that a question for each recipient need not reach the database.
///
/// Users keep their numbers, and are removed by this process alone while it runs, so a known one stays known until it
/// is forgotten here. That an address is unknown is believed for a short time only: another process may add it.
final class UserCache: Sendable {
    /// How many addresses are kept: strangers who try names must not fill the memory.
    private static let limit = 65_536

    private struct State {
        var known: [String: UserID] = [:]
        var unknown: [String: ContinuousClock.Instant] = [:]
        /// When a user was forgotten last: who was asked for before may be that one.
        var forgotten: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let lifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant

    init(unknownLifetime: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        lifetime = unknownLifetime
        self.now = now
    }

    /// The user, `.some(nil)` if there is none, or `nil` if the database must be asked.
    func lookUp(_ address: UserAddress) -> UserID?? {
        state.withLock { state in
            if let user = state.known[address.text] { return .some(user) }
            guard let asked = state.unknown[address.text], now() - asked < lifetime else { return nil }
            return .some(nil)
        }
    }

    /// Keeps an answer that the database gave to a question asked at `time`.
    func keep(_ user: UserID?, for address: UserAddress, asked time: ContinuousClock.Instant) {
        state.withLock { state in
            if let user {
                if let forgotten = state.forgotten, time <= forgotten { return }
                if state.known.count >= Self.limit { state.known.removeAll() }
                state.known[address.text] = user
                state.unknown[address.text] = nil
            } else if state.known[address.text] == nil {
                if state.unknown.count >= Self.limit { state.unknown.removeAll() }
                state.unknown[address.text] = time
            }
        }
    }

    /// Forgets a user who has just been removed.
    func forget(_ address: UserAddress) {
        state.withLock { state in
            state.known[address.text] = nil
            state.forgotten = now()
        }
    }

    /// The time by which answers age.
    var time: ContinuousClock.Instant { now() }
}
