import Addressing
import Bytes
import StageKit
import Synchronization

/// What the stages of a test do, by the ids of their steps, and what they have done.
final class Script: Sendable {
    typealias OneMessage = @Sendable (inout Message, StageContext) async throws -> Verdict
    typealias AtOnce = @Sendable (inout Message) throws -> Verdict?
    typealias OneRecipientAtOnce = @Sendable (inout Recipient, inout Message) throws -> Verdict?
    typealias OneRecipient = @Sendable (inout Recipient, inout Message) async throws -> Verdict
    typealias Batch = @Sendable (inout [Message], StageContext) async throws -> [Verdict]

    /// One recipient's copy at one step: what an idempotent stage does once.
    struct Effect: Hashable {
        let message: MessageID
        let recipient: Int
        let step: String
    }

    /// One call of a delivering stage.
    struct Call: Equatable {
        let step: String
        let messages: [MessageID]
    }

    private struct State {
        var messages: [String: OneMessage] = [:]
        var recipients: [String: OneRecipient] = [:]
        var messagesAtOnce: [String: AtOnce] = [:]
        var recipientsAtOnce: [String: OneRecipientAtOnce] = [:]
        var batches: [String: Batch] = [:]
        var calls: [Call] = []
        var effects: [Effect: [UInt8]] = [:]
        var isFrail = false
        var preparation: @Sendable () async -> Void = {}
        var lives: [String] = []
    }

    private let state = Mutex(State())

    func on(_ step: String, _ behaviour: @escaping OneMessage) {
        state.withLock { $0.messages[step] = behaviour }
    }

    func onRecipient(_ step: String, _ behaviour: @escaping OneRecipient) {
        state.withLock { $0.recipients[step] = behaviour }
    }

    func atOnce(_ step: String, _ behaviour: @escaping AtOnce) {
        state.withLock { $0.messagesAtOnce[step] = behaviour }
    }

    func onRecipientAtOnce(_ step: String, _ behaviour: @escaping OneRecipientAtOnce) {
        state.withLock { $0.recipientsAtOnce[step] = behaviour }
    }

    func onBatch(_ step: String, _ behaviour: @escaping Batch) {
        state.withLock { $0.batches[step] = behaviour }
    }

    func messageAtOnce(_ step: String) -> AtOnce? { state.withLock { $0.messagesAtOnce[step] } }
    func recipientAtOnce(_ step: String) -> OneRecipientAtOnce? { state.withLock { $0.recipientsAtOnce[step] } }
    func message(_ step: String) -> OneMessage? { state.withLock { $0.messages[step] } }
    func recipient(_ step: String) -> OneRecipient? { state.withLock { $0.recipients[step] } }
    func batch(_ step: String) -> Batch? { state.withLock { $0.batches[step] } }

    func note(_ call: Call) { state.withLock { $0.calls.append(call) } }

    /// Does what a stage with effects does: keeps the content, once by message, recipient and step.
    func store(_ message: Message, _ step: String) {
        state.withLock { state in
            for recipient in message.recipients {
                let effect = Effect(message: message.id, recipient: recipient.index, step: step)
                if state.effects[effect] == nil { state.effects[effect] = message.content.array }
            }
        }
    }

    /// Has probes fail in `prepare`.
    func beFrail(_ isFrail: Bool = true) { state.withLock { $0.isFrail = isFrail } }

    /// Has probes do something in `prepare`.
    func whilePreparing(_ body: @escaping @Sendable () async -> Void) { state.withLock { $0.preparation = body } }

    var preparation: @Sendable () async -> Void { state.withLock { $0.preparation } }

    var isFrail: Bool { state.withLock { $0.isFrail } }

    /// Notes an event in the life of a component.
    func note(life: String) { state.withLock { $0.lives.append(life) } }

    var lives: [String] { state.withLock { $0.lives } }

    /// The calls of a step, in their order.
    func calls(_ step: String) -> [[MessageID]] {
        state.withLock { $0.calls.filter { $0.step == step }.map(\.messages) }
    }

    /// What was stored.
    var effects: [Effect: [UInt8]] { state.withLock { $0.effects } }

    /// The recipients whose copy of a message a step has stored.
    func stored(_ message: MessageID, _ step: String) -> [Int] {
        effects.keys.filter { $0.message == message && $0.step == step }.map(\.recipient).sorted()
    }
}

/// Holds those who come until it is opened; whoever waits does not hear that it is cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var waiting: [UnsafeContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many have come so far.
    var arrivals: Int { state.withLock { $0.arrivals } }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    func pass() async {
        await withUnsafeContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
