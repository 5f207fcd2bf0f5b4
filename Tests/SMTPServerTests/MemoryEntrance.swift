import Bytes
import SMTP
@_spi(DurableQueue) import StageKit
import Synchronization

/// A pipeline that keeps what it accepts in memory.
final class MemoryEntrance: Entrance {
    let phases: Set<SessionPhase>
    let messageLimit: Int
    private let accepted = Mutex<[Message]>([])
    let onPiece: @Sendable (Octets) async -> Reply?
    private let abandonments = Mutex(0)
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
        onPiece: @escaping @Sendable (Octets) async -> Reply? = { _ in nil },
        onMessage: @escaping @Sendable (Message) async -> Reply? = { _ in nil },
        onEach: (@Sendable (Recipient) -> Reply?)? = nil
    ) {
        self.onEach = onEach
        self.phases = phases
        self.messageLimit = messageLimit
        self.onConnect = onConnect
        self.onMail = onMail
        self.onRecipient = onRecipient
        self.onPiece = onPiece
        self.onMessage = onMessage
    }

    /// What has been accepted so far, in order.
    var messages: [Message] { accepted.withLock { $0 } }

    /// How many large messages were let go of.
    var abandoned: Int { abandonments.withLock { $0 } }

    func noteAbandoned() { abandonments.withLock { $0 += 1 } }

    func makeMessage(from client: Client) -> Message {
        var random = SystemRandomNumberGenerator()
        let time = Timestamp(seconds: 1_700_000_000)
        return Message(id: MessageID(at: time, using: &random), received: time, client: client)
    }

    func connect(_ message: Message) -> Eventual<PhaseOutcome> { begin(message, onConnect) }

    func mail(_ message: Message) -> Eventual<PhaseOutcome> { begin(message, onMail) }

    func recipient(_ recipient: Recipient, of message: Message) -> Eventual<PhaseOutcome> {
        begin(message) { [onRecipient] message in
            var recipient = recipient
            let result = await onRecipient(&recipient, &message)
            if result == .proceed { message.recipients.append(recipient) }
            return result
        }
    }

    /// Begins on this thread, as the engine does.
    private func begin(
        _ message: Message, _ body: @escaping @Sendable (inout Message) async -> PhaseResult
    ) -> Eventual<PhaseOutcome> {
        let known = Mutex<PhaseOutcome?>(nil)
        let task = Task.immediate {
            var outcome = PhaseOutcome(message, .proceed)
            outcome.result = await body(&outcome.message)
            known.withLock { [outcome] in $0 = outcome }
            return outcome
        }
        return known.withLock { $0 }.map { .known($0) } ?? .awaited { await task.value }
    }

    func takeIn(_ message: Message) -> any ContentIntake { MemoryIntake(entrance: self) }

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
