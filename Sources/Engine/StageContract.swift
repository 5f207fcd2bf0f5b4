import Bytes
import SMTP
import StageKit

/// What the engine checks of every answer of a stage, on both sides of the durable line.
///
/// An answer that breaks the contract is an error of the stage: it must never become a 250, nor another message.
struct StageContract {
    private let id: MessageID
    private let content: Octets
    private let recipients: [Recipient]

    /// What must stay of a message that is given to steps.
    init(of message: Message) {
        id = message.id
        content = message.content
        recipients = message.recipients
    }

    /// Sees that the stage of a step gave back the message it was given.
    ///
    /// - Throws: ``StageContractViolation`` if it is another message, has other recipients, or has another content and
    ///   may not.
    func check(_ message: Message, after step: String, mayRewrite: Bool = false) throws {
        guard message.id == id, mayRewrite || !isRewritten(message) else {
            throw StageContractViolation("\(step) gave back another message")
        }
        guard hasSameRecipients(message) else {
            throw StageContractViolation("\(step) added, removed or reordered recipients")
        }
    }

    private func hasSameRecipients(_ message: Message) -> Bool {
        let count = message.recipients.count
        // By their places in the list: to take a recipient out of it is to copy everything known of it.
        return count == recipients.count
            && (0..<count).allSatisfy { message.recipients[$0].index == recipients[$0].index }
    }

    /// Whether the message has another content now.
    func isRewritten(_ message: Message) -> Bool { message.content !== content }

    /// Sees that the stage gave back the message it was given, as ``check(_:after:mayRewrite:)`` does.
    ///
    /// - Throws: ``StageContractViolation`` if it did not.
    static func check(_ after: Message, of before: Message, step: String) throws {
        try StageContract(of: before).check(after, after: step)
    }

    /// Sees that a verdict says what it may.
    ///
    /// `recipients` is how many may have a verdict each; `nil` where none may.
    ///
    /// - Throws: ``StageContractViolation`` for a refusal whose reply is none, and for verdicts of recipients that are
    ///   nested, or more or fewer than the recipients.
    static func check(_ verdict: Verdict, recipients: Int?, step: String) throws {
        switch verdict {
        case .proceed, .discard, .quarantine: return
        case .postpone(let reply, _):
            guard reply.isTransient else { throw StageContractViolation("\(step) postponed with \(reply.code)") }
        case .reject(let reply, _):
            guard reply.isPermanent else { throw StageContractViolation("\(step) rejected with \(reply.code)") }
        case .perRecipient(let verdicts):
            guard let recipients else {
                throw StageContractViolation("\(step) gave verdicts of recipients where only one is asked for")
            }
            guard verdicts.count == recipients else {
                throw StageContractViolation("\(step) gave \(verdicts.count) verdicts for \(recipients) recipients")
            }
            for verdict in verdicts { try check(verdict, recipients: nil, step: step) }
        }
    }
}
