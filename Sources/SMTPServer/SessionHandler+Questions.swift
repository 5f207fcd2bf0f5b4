import Addressing
import Bytes
import NIOCore
import SMTP
import StageKit

extension SessionHandler {
    /// Answers a question at once, or has it answered; `nil` then.
    func ask(_ question: ServerSession.Question) -> ServerSession.Step? {
        switch question {
        case .connect: askFirst()
        case .pause: askPause()
        case .mail(let sender): askMail(sender)
        case .recipient(let address):
            askRecipient(Recipient(address, session.recipientParameters, index: message?.recipients.count ?? 0))
        case .content(let piece): askContent(piece)
        case .message(let content): askMessage(content)
        case .authenticate(let step): askAuthentication(step)
        case .connectFor(let forwarded): askConnect(for: forwarded)
        }
    }

    /// Greets late where that is wanted: who talks meanwhile is in a hurry that no mail server has.
    private func askFirst() -> ServerSession.Step? {
        let delay = services.configuration.greetingDelay
        guard delay > .zero else { return askConnect() }
        pause(for: delay) { handler in
            handler.client.isEarlyTalker = handler.session.hasInputWaitingForAnswer
            guard handler.client.isEarlyTalker, handler.services.configuration.earlyTalkers == .refuse else {
                return handler.askConnect()
            }
            return handler.session.answer(.refuse(Self.tooEarly))
        }
        return nil
    }

    private func askPause() -> ServerSession.Step? {
        pause(for: services.configuration.tarpitDelay) { $0.session.answer(.proceed) }
        return nil
    }

    /// A trusted proxy has said whom it speaks for.
    private func askConnect(for forwarded: ForwardedClient) -> ServerSession.Step? {
        if case .given(let address) = forwarded.address { client.address = address }
        if case .given(let port) = forwarded.port { client.port = port }
        original.update(with: forwarded)
        client.name = original.name.value
        return askConnect()
    }

    private func askConnect() -> ServerSession.Step? {
        guard services.phases.contains(.connect) else { return session.answer(.proceed) }
        let entrance = services.entrance
        return use(entrance.connect(entrance.makeMessage(from: client))) { handler, outcome in
            handler.connectionFacts = outcome.message.facts
            return handler.session.answer(outcome.result.answer)
        }
    }

    private func askMail(_ sender: ReversePath) -> ServerSession.Step? {
        client.helo = original.hello.value ?? session.hello
        client.transport = original.transport.value ?? session.transport
        client.user = session.user
        var new = services.entrance.makeMessage(from: client)
        if services.phases.contains(.connect) { new.facts = connectionFacts }
        new.reversePath = sender
        new.parameters = session.parameters
        message = new
        guard services.phases.contains(.mail) else { return session.answer(.proceed) }
        return use(services.entrance.mail(new)) { $0.goOn(with: $1) }
    }

    private func askRecipient(_ recipient: Recipient) -> ServerSession.Step? {
        guard services.phases.contains(.recipient), let asked = message else {
            message?.recipients.append(recipient)
            return session.answer(message == nil ? .refuse(Self.fault) : .proceed)
        }
        return use(services.entrance.recipient(recipient, of: asked)) { $0.goOn(with: $1) }
    }

    private func goOn(with outcome: PhaseOutcome) -> ServerSession.Step {
        message = outcome.message
        return session.answer(outcome.result.answer)
    }

    /// Nothing is read from the client until the piece is written: that is the pressure back to the socket.
    private func askContent(_ piece: Octets) -> ServerSession.Step? {
        guard let message else { return session.answer(.refuse(Self.fault)) }
        let intake = intake ?? services.entrance.takeIn(message)
        self.intake = intake
        decide {
            await intake.append(piece)
        } then: { handler, result in
            handler.session.answer(result.answer)
        }
        return nil
    }

    private func askMessage(_ content: Octets) -> ServerSession.Step? {
        guard var whole = message?.with(content: content) else { return session.answer(.refuse(Self.fault)) }
        whole.trace.append(ReceivedField.text(for: whole, hostName: services.configuration.session.hostName))
        message = whole
        let accepted = whole
        let entrance = services.entrance
        let intake = intake
        self.intake = nil
        isAccepting = true
        decide {
            if let intake {
                await intake.accept(accepted, endingWith: content)
            } else {
                await entrance.accept(accepted)
            }
        } then: { handler, outcome in
            handler.message = nil
            handler.isAccepting = false
            switch outcome {
            case .accepted(let receipt): return handler.session.acknowledge(receipt)
            case .refused(let reply): return handler.session.answer(.refuse(reply))
            case .perRecipient(let outcomes): return handler.answer(outcomes)
            }
        }
        return nil
    }

    /// Tells each recipient's fate; one receipt serves all who have one, since there is one message.
    private func answer(_ outcomes: [RecipientAcceptance]) -> ServerSession.Step {
        var refusals: [Int: Reply] = [:]
        var proof: DurableReceipt?
        for (place, outcome) in outcomes.enumerated() {
            switch outcome {
            case .accepted(let receipt): proof = receipt
            case .refused(let reply): refusals[place] = reply
            }
        }
        guard let proof else { return session.answer(.refuseEach(refusals.sorted { $0.key < $1.key }.map(\.value))) }
        return session.acknowledge(proof, except: refusals)
    }

    /// Uses an answer that usually is there at once, or has a task wait for it; `nil` then.
    ///
    /// It begins on the event loop, and leaves it where it waits for something first, such as a DNS server: a phase
    /// whose steps know their answers costs no change of threads. The work on a message is not for the event loop.
    private func use(
        _ answer: Eventual<PhaseOutcome>,
        then use: @escaping @Sendable (SessionHandler, PhaseOutcome) -> ServerSession.Step
    ) -> ServerSession.Step? {
        switch answer {
        case .known(let outcome): return use(self, outcome)
        case .awaited(let wait):
            decide(wait, then: use)
            return nil
        }
    }

    /// Lets a task find an answer and brings it back to the event loop.
    func decide<Outcome: Sendable>(
        _ find: @escaping @Sendable () async -> Outcome,
        then use: @escaping @Sendable (SessionHandler, Outcome) -> ServerSession.Step
    ) {
        guard let loop = context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        decision = Task {
            let outcome = await find()
            loop.execute { bound.value.conclude(use, outcome) }
        }
    }

    /// Goes on with an answer that was waited for.
    private func conclude<Outcome>(_ use: (SessionHandler, Outcome) -> ServerSession.Step, _ outcome: Outcome) {
        decision = nil
        guard ending == .none else { return leaveIfOver() }
        perform(use(self, outcome))
        noteActivity()
    }

    private static let tooEarly = Reply(554, EnhancedStatusCode(5, 5, 1), "You talked before the greeting")

    /// A question without the message it belongs to is our own fault, never the client's.
    static let fault = Reply(.localError, "Something went wrong here; try again later")
}

extension Recipient {
    fileprivate init(_ address: EmailAddress, _ parameters: RecipientParameters, index: Int) {
        self.init(address, index: index)
        self.parameters = parameters
    }
}

extension PhaseResult {
    fileprivate var answer: ServerSession.Answer {
        switch self {
        case .proceed: .proceed
        case .refuse(let reply): .refuse(reply)
        }
    }
}
