extension ServerSession {
    /// Brings the answer to the open question and goes on with the input that has waited.
    ///
    /// A message is never accepted here: ``Answer/proceed`` to ``Question/message(_:)`` is a fault of ours, so the client
    /// is told to try again later, as it is when a refusal has the code of a success.
    package mutating func answer(_ answer: Answer) -> Step {
        guard let question = open else { return state == .closed ? .close : .read }
        open = nil
        switch (question, answer) {
        case (.connect, .proceed): greet()
        case (.connect, .refuse(let reply)): if let step = refuseConnection(reply) { return step }
        case (.mail, .proceed):
            state = .transaction
            reply(.senderOK)
        case (.recipient, .proceed):
            recipients += 1
            reply(.recipientOK)
        case (.message, .proceed):
            reset()
            if let step = fail(.localTrouble) { return step }
        case (.content, .proceed): break
        case (.content, .refuse(let reply)): refuseData(reply.isPositive ? .localTrouble : reply.withStatus)
        case (_, .refuse(let reply)):
            if question == .message || question == .mail { reset() }
            if let step = fail(reply.isPositive ? .localTrouble : reply.withStatus) { return step }
        }
        return advance()
    }

    /// Says 250 to the open ``Question/message(_:)``: the proof shows that the message is safe.
    package mutating func acknowledge(_ proof: some AcceptanceProof) -> Step {
        guard open == .message else { return answer(.proceed) }
        open = nil
        reset()
        errors = 0
        idleCommands = 0
        reply(.accepted(as: proof.acceptedName))
        return advance()
    }

    private mutating func greet() {
        state = .unidentified
        reply(Reply(220, nil, "\(configuration.hostName) ESMTP Sluice"))
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
        self.reply(greeting)
        return nil
    }

    private mutating func reply(_ reply: Reply) {
        reply.write(to: &output)
    }
}
