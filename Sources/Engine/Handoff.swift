import Bytes
import StageKit
import Synchronization

/// Messages that were accepted a moment ago, kept until delivery takes them, so that what the session has parsed and
/// found out need not be read, decoded and parsed again.
///
/// It only saves work: what is not here is read from the queue.
final class Handoff: Sendable {
    /// About as many as delivery has under way at once.
    static let messageLimit = 1_024
    /// A parsed message takes up to about three times its size.
    static let octetLimit = 16_000_000

    /// What has waited so long is kept aside, postponed or behind much else; it is read from the queue then.
    static let ageLimit: Duration = .seconds(60)
    /// How often room is made, at most, so that a full table costs little.
    private static let period: Duration = .seconds(1)

    private struct State {
        var messages: [MessageID: (message: Message, since: ContinuousClock.Instant)] = [:]
        var octets = 0
        var lastSweep: ContinuousClock.Instant?

        func hasRoom(for message: Message) -> Bool {
            messages.count < messageLimit && octets + message.content.count <= octetLimit
        }

        mutating func take(_ id: MessageID) -> Message? {
            guard let message = messages.removeValue(forKey: id)?.message else { return nil }
            octets -= message.content.count
            return message
        }

        /// Lets go of what nobody has taken for long.
        mutating func sweep(_ now: ContinuousClock.Instant) {
            guard lastSweep.map({ now - $0 >= period }) ?? true else { return }
            lastSweep = now
            for (id, kept) in messages where now - kept.since >= ageLimit { _ = take(id) }
        }
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Keeps a message that is about to be queued, if there is room.
    func put(_ message: Message) {
        let now = now()
        state.withLock { state in
            if !state.hasRoom(for: message) { state.sweep(now) }
            guard state.hasRoom(for: message) else { return }
            state.messages[message.id] = (message, now)
            state.octets += message.content.count
        }
    }

    /// Takes a message out; `nil` if it is not there.
    func take(_ id: MessageID) -> Message? {
        state.withLock { $0.take(id) }
    }
}
