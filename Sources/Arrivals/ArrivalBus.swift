import Synchronization

/// Tells those who listen of new mail, within one process and from memory: who was away asks the store.
///
/// An arrival that comes again (the step runs again after a failure) is told once.
package final class ArrivalBus: Sendable {
    /// How many arrivals a slow listener may be behind before it misses the oldest.
    package static let backlog = 1_024
    /// How many arrivals are remembered to tell each once; redelivery comes within seconds, not after so many mails.
    package static let memory = 65_536

    private struct Key: Hashable {
        let user: String
        let number: UInt32
    }

    private struct Listener {
        let user: String?
        let continuation: AsyncStream<Arrival>.Continuation
    }

    private struct State {
        var nextListener = 0
        var listeners: [Int: Listener] = [:]
        var told: Set<Key> = []
        var order: [Key] = []
        var oldest = 0

        mutating func isNew(_ key: Key) -> Bool {
            guard told.insert(key).inserted else { return false }
            if order.count < memory {
                order.append(key)
            } else {
                told.remove(order[oldest])
                order[oldest] = key
                oldest = (oldest + 1) % memory
            }
            return true
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// Tells everybody who listens to the arrivals' users.
    package func publish(_ arrivals: [Arrival]) {
        state.withLock { state in
            for arrival in arrivals where state.isNew(Key(user: arrival.user, number: arrival.number)) {
                for listener in state.listeners.values where listener.user == nil || listener.user == arrival.user {
                    listener.continuation.yield(arrival)
                }
            }
        }
    }

    /// The arrivals of a user, or of all, from now on; ends when the task that reads them is cancelled.
    package func arrivals(for user: String?) -> AsyncStream<Arrival> {
        let (stream, continuation) = AsyncStream<Arrival>.makeStream(bufferingPolicy: .bufferingNewest(Self.backlog))
        let number = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = Listener(user: user, continuation: continuation)
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
        return stream
    }
}
