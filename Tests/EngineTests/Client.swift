import Addressing
import Bytes
import SMTP
import StageKit

@testable import Engine

/// What a client hears in the end.
enum Answer: Equatable {
    case accepted(MessageID)
    case refused(SessionPhase, Reply)

    /// The three digits.
    var code: Int {
        switch self {
        case .accepted: 250
        case .refused(_, let reply): reply.code
        }
    }

    var message: MessageID? {
        if case .accepted(let id) = self { id } else { nil }
    }
}

extension Entrance {
    /// Brings a message through all phases, as a receiver does.
    func send(
        _ text: String = "Subject: hello\r\n\r\nbody\r\n", from sender: String = "sender@example.com",
        to recipients: [String] = ["alice@example.org"]
    ) async -> Answer {
        var message = makeMessage(
            from: StageKit.Client(address: "192.0.2.1", port: 4_000, helo: "mail.example.com", transport: "ESMTP"))
        if case .refuse(let reply) = await connect(&message) { return .refused(.connect, reply) }
        message.reversePath = Self.address(sender).map { .address($0) } ?? .null
        if case .refuse(let reply) = await mail(&message) { return .refused(.mail, reply) }
        for address in recipients.compactMap(Self.address) {
            if case .refuse(let reply) = await recipient(address, of: &message) { return .refused(.recipient, reply) }
        }
        switch await accept(message.with(content: Octets(Array(text.utf8)))) {
        case .accepted(let receipt): return .accepted(receipt.message)
        case .refused(let reply): return .refused(.message, reply)
        case .perRecipient: return .refused(.message, SessionSteps.failureReply)
        }
    }

    /// Runs `connect` and takes over what it has found out.
    func connect(_ message: inout Message) async -> PhaseResult { await connect(message).value.put(into: &message) }

    /// Runs `mail` and takes over what it has found out.
    func mail(_ message: inout Message) async -> PhaseResult { await mail(message).value.put(into: &message) }

    /// Runs `recipient` for the message's next one, and takes over what it has found out.
    func recipient(_ address: EmailAddress, of message: inout Message) async -> PhaseResult {
        await recipient(Recipient(address, index: message.recipients.count), of: message).value.put(into: &message)
    }

    /// Brings the content of a message in pieces, into a file of its own.
    func sendLarge(_ pieces: [String], to recipient: String = "alice@example.org") async -> Answer {
        var message = makeMessage(
            from: StageKit.Client(address: "192.0.2.1", port: 4_000, helo: "mail.example.com", transport: "ESMTP"))
        message.recipients = [recipient].compactMap(Self.address).map { Recipient($0, index: 0) }
        let intake = takeIn(message)
        for piece in pieces {
            if case .refuse(let reply) = await intake.append(Octets(Array(piece.utf8))) {
                return .refused(.message, reply)
            }
        }
        switch await intake.accept(message, endingWith: Octets([])) {
        case .accepted(let receipt): return .accepted(receipt.message)
        case .refused(let reply): return .refused(.message, reply)
        case .perRecipient: return .refused(.message, SessionSteps.failureReply)
        }
    }

    private static func address(_ text: String) -> EmailAddress? {
        let sides = text.split(separator: "@")
        return sides.count == 2 ? EmailAddress(localPart: String(sides[0]), domain: String(sides[1])) : nil
    }
}

extension PhaseOutcome {
    /// The result; the message comes into the place of another.
    fileprivate func put(into message: inout Message) -> PhaseResult {
        message = self.message
        return result
    }
}
