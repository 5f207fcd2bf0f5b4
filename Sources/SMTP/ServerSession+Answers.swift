extension ServerSession {
    /// Brings the answer to the open question and goes on with the input that has waited.
    ///
    /// A message is never accepted here: ``Answer/proceed`` to ``Question/message(_:)`` is a fault of ours, so the client
    /// is told to try again later, as it is when a refusal has the code of a success.
    package mutating func answer(_ answer: Answer) -> Step {
        guard let question = open else { return state == .closed ? .close : .read }
        open = nil
        let step =
            switch question {
            case .connect: answerConnection(answer)
            case .mail: answerSender(answer)
            case .recipient: answerRecipient(answer)
            case .content: answerContent(answer)
            case .message: refuseMessage(refusals(in: answer))
            case .pause: answerPause()
            case .authentication: answerAuthentication(answer)
            }
        return step ?? advance()
    }

    /// Says 250 to the open ``Question/message(_:)``: the proof shows that the message is safe.
    ///
    /// The refusals are the replies to recipients, by their places, for whom it was not taken; only where the protocol
    /// has a reply for each (RFC 2033, section 4.2).
    package mutating func acknowledge(_ proof: some AcceptanceProof, except refusals: [Int: Reply] = [:]) -> Step {
        guard open == .message else { return answer(.proceed) }
        open = nil
        let places = configuration.dialect == .lmtp ? recipients : 1
        reset()
        errors = 0
        idleCommands = 0
        acceptedMessages += 1
        let accepted = Reply.accepted(as: proof.acceptedName)
        for place in 0..<places { (refusals[place].map(\.asRefusal) ?? accepted).write(to: &output) }
        return advance()
    }

    private mutating func answerConnection(_ answer: Answer) -> Step? {
        guard case .proceed = answer else {
            guard case .refuse(let reply) = answer else { return refuseConnection(.localTrouble) }
            return refuseConnection(reply)
        }
        state = .unidentified
        return say(Reply(220, nil, "\(configuration.hostName) \(configuration.dialect.greeting) Sluice"))
    }

    private mutating func answerSender(_ answer: Answer) -> Step? {
        guard case .proceed = answer else {
            reset()
            return fail(answer.refusal)
        }
        state = .transaction
        return say(.senderOK)
    }

    private mutating func answerRecipient(_ answer: Answer) -> Step? {
        guard case .proceed = answer else { return fail(answer.refusal) }
        recipients += 1
        return say(.recipientOK)
    }

    private mutating func answerPause() -> Step? {
        guard let reply = delayed else { return nil }
        delayed = nil
        return tell(reply)
    }

    private mutating func answerContent(_ answer: Answer) -> Step? {
        if answer != .proceed { refuseContent(answer.refusal) }
        return state == .chunk && chunk.remaining == 0 ? endOfChunk() : nil
    }

    /// What a message's refusal says: once, or to each recipient.
    private func refusals(in answer: Answer) -> [Reply] {
        guard configuration.dialect == .lmtp else { return [answer.refusal] }
        if case .refuseEach(let replies) = answer, replies.count == recipients { return replies.map(\.asRefusal) }
        return Array(repeating: answer.refusal, count: max(recipients, 1))
    }

    /// The codes of a greeting are 220, 421 and 554 (RFC 5321, section 4.3.2).
    private mutating func refuseConnection(_ reply: Reply) -> Step? {
        let code = reply.isPermanent ? 554 : 421
        let category = code / 100
        let status = reply.status.flatMap { $0.category == category ? $0 : nil } ?? EnhancedStatusCode(category, 3, 2)
        let lines = reply.isPositive ? ["Try again later"] : reply.lines
        let greeting = Reply(code, status, lines: lines)
        guard code == 554 else { return end(greeting) }
        state = .refused
        return say(greeting)
    }
}

extension ServerSession.Answer {
    /// The reply of a refusal; whatever says yes where that is no answer is a fault of ours.
    var refusal: Reply {
        switch self {
        case .refuse(let reply): reply.asRefusal
        case .refuseEach(let replies): replies.first?.asRefusal ?? .localTrouble
        case .proceed, .challenge, .authenticated: .localTrouble
        }
    }
}

extension Reply {
    /// The same with an enhanced code; a refusal with the code of a success becomes "try again later".
    fileprivate var asRefusal: Reply { isPositive ? .localTrouble : withStatus }
}
