import Bytes
import SMTP
@_spi(DurableQueue) import StageKit
import Synchronization

/// A pipeline that keeps what it accepts in memory.
final class MemoryEntrance: Entrance {
    let phases: Set<SessionPhase>
    let messageLimit: Int
    private let accepted = Mutex<[Message]>([])
    private let onConnect: @Sendable (inout Message) async -> PhaseResult
    private let onMail: @Sendable (inout Message) async -> PhaseResult
    private let onRecipient: @Sendable (inout Recipient, inout Message) async -> PhaseResult
    private let onMessage: @Sendable (Message) async -> Reply?
    private let onEach: (@Sendable (Recipient) -> Reply?)?

    init(
        phases: Set<SessionPhase> = [], messageLimit: Int = 25_000_000,
        onConnect: @escaping @Sendable (inout Message) async -> PhaseResult = { _ in .proceed },
        onMail: @escaping @Sendable (inout Message) async -> PhaseResult = { _ in .proceed },
        onRecipient: @escaping @Sendable (inout Recipient, inout Message) async -> PhaseResult = { _, _ in .proceed },
        onMessage: @escaping @Sendable (Message) async -> Reply? = { _ in nil },
        onEach: (@Sendable (Recipient) -> Reply?)? = nil
    ) {
        self.onEach = onEach
        self.phases = phases
        self.messageLimit = messageLimit
        self.onConnect = onConnect
        self.onMail = onMail
        self.onRecipient = onRecipient
        self.onMessage = onMessage
    }

    /// What has been accepted so far, in order.
    var messages: [Message] { accepted.withLock { $0 } }

    func makeMessage(from client: Client) -> Message {
        var random = SystemRandomNumberGenerator()
        let time = Timestamp(seconds: 1_700_000_000)
        return Message(id: MessageID(at: time, using: &random), received: time, client: client)
    }

    func connect(_ message: inout Message) async -> PhaseResult { await onConnect(&message) }

    func mail(_ message: inout Message) async -> PhaseResult { await onMail(&message) }

    func recipient(_ recipient: inout Recipient, of message: inout Message) async -> PhaseResult {
        await onRecipient(&recipient, &message)
    }

    func accept(_ message: Message) async -> Acceptance {
        if let refusal = await onMessage(message) { return .refused(refusal) }
        accepted.withLock { $0.append(message) }
        if let onEach {
            return .perRecipient(
                message.recipients.map { recipient in
                    onEach(recipient).map { .refused($0) } ?? .accepted(DurableReceipt(committed: message.id))
                })
        }
        return .accepted(DurableReceipt(committed: message.id))
    }
}
