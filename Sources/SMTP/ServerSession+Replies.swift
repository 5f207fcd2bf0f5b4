extension ServerSession {
    /// Answers a command that did what it should.
    mutating func say(_ reply: Reply) -> Step? {
        reply.write(to: &output)
        return nil
    }

    /// Answers a mistake or a refusal, of which there may not be too many.
    mutating func fail(_ reply: Reply) -> Step? {
        errors += 1
        guard errors > configuration.patientErrors else { return tell(reply) }
        delayed = reply
        return ask(.pause, .pause)
    }

    /// Tells the client about a mistake, and ends the session after too many.
    mutating func tell(_ reply: Reply) -> Step? {
        reply.write(to: &output)
        progress += 1
        guard errors < configuration.errorLimit else { return end(.tooManyErrors) }
        guard reply.code == 421 else { return nil }
        farewell = reply
        return end()
    }

    /// Ends the session, with a last word if there is one.
    mutating func end(_ reply: Reply? = nil) -> Step {
        reply?.write(to: &output)
        if let reply, !isEndedByClient { farewell = reply }
        if isInMessage { lostContent = LostContent(octets: buffer.received, reply: reply, isWhole: false) }
        state = .closed
        open = nil
        delayed = nil
        waiting = WaitingInput()
        forgetMessage()
        return .close
    }

    /// Whether a message's content has begun to come, and not ended.
    private var isInMessage: Bool {
        switch state {
        case .data: true
        case .transaction, .chunk: isChunked && open != .message
        default: false
        }
    }

    /// What a client hears that has not said its name.
    var helloFirst: Reply { configuration.dialect == .lmtp ? .lhloFirst : .helloFirst }

    mutating func ask(_ kind: OpenQuestion, _ question: Question) -> Step {
        open = kind
        return .ask(question)
    }

    mutating func forgetMessage() {
        buffer = MessageBuffer(limit: configuration.messageLimit)
        decoder = DataDecoder()
        lineEnds = LineEnds()
        isChunked = false
        hops = HopCounter()
        dataRefusal = nil
        recipients = 0
        hasTriedRecipients = false
    }

    /// Ends the transaction, whatever became of it (RFC 5321, section 4.1.1.5).
    mutating func reset() {
        forgetMessage()
        parameters = MailParameters()
        recipientParameters = RecipientParameters()
        if state != .unidentified { state = .ready }
    }
}
