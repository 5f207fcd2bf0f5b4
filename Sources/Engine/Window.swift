import Synchronization

/// Bounds what is under delivery at once, in messages and octets, so that memory stays bounded under any load.
final class Window: Sendable {
    /// Enough for every lane to have a full batch and another waiting.
    static let messageLimit = 1_024
    /// Enough to keep the lanes busy with large messages; the rest waits on disk.
    static let octetLimit = 64_000_000

    private struct State {
        var messages = 0
        var octets = 0
        var waiting: CheckedContinuation<Void, Never>?

        var room: Int { octets < octetLimit ? messageLimit - messages : 0 }
    }

    private let state = Mutex(State())

    /// Waits until another message may be taken; returns how many may.
    func room() async -> Int {
        await wait { $0.room > 0 }
        return state.withLock { $0.room }
    }

    /// Waits until nothing is under delivery.
    func emptied() async {
        await wait { $0.messages == 0 }
    }

    /// Takes messages in.
    func enter(messages: Int, octets: Int) {
        state.withLock { state in
            state.messages += messages
            state.octets += octets
        }
    }

    /// Lets messages out.
    func leave(messages: Int, octets: Int) {
        let woken = state.withLock { state in
            state.messages -= messages
            state.octets -= octets
            defer { state.waiting = nil }
            return state.waiting
        }
        woken?.resume()
    }

    /// Waits for a condition; only the claiming loop waits, so one place is enough.
    private func wait(for condition: @Sendable (State) -> Bool) async {
        while !state.withLock({ condition($0) }) {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if condition(state) { return true }
                    state.waiting = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
