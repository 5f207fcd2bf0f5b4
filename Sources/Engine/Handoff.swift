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

    private struct State {
        var messages: [MessageID: Message] = [:]
        var octets = 0
    }

    private let state = Mutex(State())

    /// Keeps a message that is about to be queued, if there is room.
    func put(_ message: Message) {
        state.withLock { state in
            guard state.messages.count < Self.messageLimit,
                state.octets + message.content.count <= Self.octetLimit
            else { return }
            state.messages[message.id] = message
            state.octets += message.content.count
        }
    }

    /// Takes a message out; `nil` if it is not there.
    func take(_ id: MessageID) -> Message? {
        state.withLock { state in
            guard let message = state.messages.removeValue(forKey: id) else { return nil }
            state.octets -= message.content.count
            return message
        }
    }
}
