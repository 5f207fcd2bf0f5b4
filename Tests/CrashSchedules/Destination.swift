import Bytes
import SMTP
import StageKit
import Synchronization

/// Where mail is delivered to: it keeps one copy for each message and recipient, fails as the messages say, and outlives
/// the server.
final class Destination: Sendable {
    /// One recipient's copy of a message.
    struct Copy: Hashable {
        let message: MessageID
        let recipient: Int
    }

    /// What befalls a message.
    enum Fate: Int, CaseIterable {
        case plain, failsOnce, partlyLater, refused, heldBefore, droppedBefore, failsForLong, plainToo
    }

    private struct State {
        var attempts: [MessageID: Int] = [:]
        var isMended = false
    }

    private let book: PromiseBook<MailFlow.Promises>
    private let state = Mutex(State())

    init(_ book: PromiseBook<MailFlow.Promises>) { self.book = book }

    /// What happens to the message with this number.
    static func fate(_ number: Int) -> Fate { Fate.allCases[number % Fate.allCases.count] }

    /// The number that a content begins with.
    static func number(of content: Octets) -> Int? {
        Int(String(decoding: content.array.prefix { $0 != 0x0D }, as: UTF8.self))
    }

    /// Takes away what keeps messages from being delivered.
    func mend() { state.withLock { $0.isMended = true } }

    /// Breaks it again, for messages that come from now on.
    func unmend() { state.withLock { $0.isMended = false } }

    /// Takes a message for its recipients, or not.
    func take(_ message: Message) throws -> Verdict {
        let number = Self.number(of: message.content) ?? 0
        let (attempt, isMended) = state.withLock { state in
            state.attempts[message.id, default: 0] += 1
            return (state.attempts[message.id] ?? 1, state.isMended)
        }
        guard !isMended else { return keep(message, number, message.recipients) }
        switch Self.fate(number) {
        case .failsOnce where attempt == 1, .failsForLong: throw Trouble("no room")
        case .refused: return .reject(Reply(.policyViolation, "Never"), reason: "refused")
        case .partlyLater where attempt == 1:
            _ = keep(message, number, message.recipients.filter { $0.index % 2 == 0 })
            return .perRecipient(
                message.recipients.map { recipient in
                    recipient.index % 2 == 0
                        ? .proceed : .postpone(Reply(.localError, "Later"), reason: "busy")
                })
        case .plain, .plainToo, .failsOnce, .partlyLater, .heldBefore, .droppedBefore:
            return keep(message, number, message.recipients)
        }
    }

    private func keep(_ message: Message, _ number: Int, _ recipients: [Recipient]) -> Verdict {
        book.note { promises in
            let isWhole = message.content.array == MailFlow.content(number, promises.seed)
            for recipient in recipients {
                let copy = Copy(message: message.id, recipient: recipient.index)
                promises.copies[copy] = isWhole ? number : nil
                if !isWhole { promises.failures.append("message \(number) is not as it was sent") }
                if promises.finished.contains(message.id) {
                    promises.failures.append("message \(number) is delivered again after its end was durable")
                }
            }
        }
        return .proceed
    }
}
