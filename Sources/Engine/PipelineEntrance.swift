import Addressing
import Bytes
import DurableQueue
import Logging
import PipelineFiles
import SMTP
import StageKit

/// A pipeline as its receivers see it: the session's phases and the durable line.
struct PipelineEntrance: Entrance {
    var messageLimit: Int { AcceptPlan.largestMessage.octets }
    let version: PipelineVersion
    let accept: AcceptPlan
    let phases: Set<SessionPhase>
    let queue: DurableQueue
    let handoff: Handoff
    let acceptances: OpenCalls
    let logger: Logger
    let now: @Sendable () -> Timestamp
    private let steps: [SessionPhase: SessionSteps]
    private let numbers = MessageNumbers()

    init(_ runtime: PipelineRuntime, steps: [SessionPhase: SessionSteps]) {
        version = runtime.plan.version
        accept = runtime.plan.accept
        phases = Set(steps.filter { !$0.value.steps.isEmpty }.keys)
        queue = runtime.queue
        handoff = runtime.handoff
        acceptances = runtime.acceptances
        logger = runtime.logger
        now = runtime.services.now
        self.steps = steps
    }

    func makeMessage(from client: Client) -> Message {
        let time = now()
        var message = Message(id: numbers.next(at: time), received: time, client: client)
        message.facts[CoreFacts.clientAddress] = client.address
        message.facts[CoreFacts.clientEarlyTalker] = client.isEarlyTalker
        return message
    }

    func connect(_ message: Message) -> Eventual<PhaseOutcome> {
        run(.connect, SessionSteps.Subject(message: message))
    }

    func mail(_ message: Message) -> Eventual<PhaseOutcome> {
        var subject = SessionSteps.Subject(message: message)
        subject.message.noteEnvelope()
        return run(.mail, subject)
    }

    func recipient(_ recipient: Recipient, of message: Message) -> Eventual<PhaseOutcome> {
        var subject = SessionSteps.Subject(message: message, recipient: recipient)
        // A receiver need not call the phases without steps.
        subject.message.noteEnvelope()
        return run(.recipient, subject)
    }

    func takeIn(_ message: Message) -> any ContentIntake {
        SpoolIntake(entrance: self, spool: queue.makeSpool(for: message.id))
    }

    func accept(_ message: Message) async -> Acceptance {
        await accept(message, in: nil)
    }

    /// Runs the message phase and commits; the content may stand in a file of its own already.
    func accept(_ message: Message, in spool: Spool?) async -> Acceptance {
        // Once a version has retired, nothing may come in under it any more: nobody would deliver it.
        guard acceptances.begin() else { return .refused(reply(to: .closed)) }
        defer { acceptances.end() }
        return await take(message, in: spool)
    }

    private func take(_ message: Message, in spool: Spool?) async -> Acceptance {
        guard !message.recipients.isEmpty else {
            logger.error("message without recipients", metadata: ["message.id": "\(message.id)"])
            return .refused(SessionSteps.failureReply)
        }
        let ending = await begin(message).value
        let disposition: Disposition
        switch ending.ruling {
        case .refuse(let reply): return .refused(reply)
        case .proceed: disposition = .deliver
        case .discard(let step, let reason): disposition = .discard(step: step, reason: reason)
        case .quarantine(let step, let reason): disposition = .quarantine(step: step, reason: reason)
        }
        guard let spool, ending.subject.message.content !== message.content else {
            return await commit(ending.subject, disposition, spool)
        }
        do throws(QueueError) {
            let spool = try await spool.replaced(by: ending.subject.message.content, in: queue)
            defer { spool.abandon() }
            return await commit(ending.subject, disposition, spool)
        } catch {
            logger.error(
                "rewritten content not taken", metadata: ["message.id": "\(message.id)", "error": "\(error)"])
            return .refused(reply(to: error))
        }
    }

    /// Begins the message phase.
    private func begin(_ message: Message) -> Eventual<SessionSteps.Ending> {
        var subject = SessionSteps.Subject(message: message)
        subject.message.noteEnvelope()
        subject.message.facts[CoreFacts.recipients] = message.recipients.count
        subject.message.facts[CoreFacts.size] = message.content.count
        return steps[.message]?.begin(subject) ?? .known(SessionSteps.Ending(subject: subject, ruling: .proceed))
    }

    /// Commits the message for those of its recipients who were not refused one by one.
    private func commit(
        _ subject: SessionSteps.Subject, _ disposition: Disposition, _ spool: Spool?
    ) async -> Acceptance {
        guard !subject.refusals.isEmpty else { return await commit(subject.message, disposition, spool) }
        var message = subject.message
        message.recipients = []
        for recipient in subject.message.recipients where subject.refusals[recipient.index] == nil {
            message.recipients.append(recipient.at(message.recipients.count))
        }
        message.facts[CoreFacts.recipients] = message.recipients.count
        let acceptance = message.recipients.isEmpty ? nil : await commit(message, disposition, spool)
        return .perRecipient(
            subject.message.recipients.map { recipient in
                if let reply = subject.refusals[recipient.index] { return .refused(reply) }
                return switch acceptance {
                case .accepted(let receipt): .accepted(receipt)
                case .refused(let reply): .refused(reply)
                case .perRecipient, nil: .refused(SessionSteps.failureReply)
                }
            })
    }

    private func run(_ phase: SessionPhase, _ subject: SessionSteps.Subject) -> Eventual<PhaseOutcome> {
        steps[phase]?.begin(subject).map { PhaseOutcome($0) }
            ?? .known(PhaseOutcome(SessionSteps.Ending(subject: subject, ruling: .proceed)))
    }

    private func commit(_ message: Message, _ disposition: Disposition, _ spool: Spool?) async -> Acceptance {
        let entry = NewMessage(
            id: message.id, pipeline: version, received: message.received, head: MessageHead.encode(message),
            content: message.content, spool: spool, recipientCount: message.recipients.count,
            disposition: disposition, settled: objections(message),
            limits: PipelineLimits(messages: accept.messages, size: accept.size, diskReserve: accept.diskReserve))
        // Before the commit: delivery may begin before this task goes on.
        if disposition == .deliver, entry.settled.count < message.recipients.count { handoff.put(message) }
        do {
            let receipt = try await queue.append(entry)
            logger.info(
                "message accepted",
                metadata: [
                    "message.id": "\(message.id)", "client": "\(message.client.address)",
                    "size": "\(message.content.count)", "recipients": "\(message.recipients.count)",
                ])
            for (_, state) in entry.settled { log(state, message) }
            return .accepted(receipt)
        } catch {
            _ = handoff.take(message.id)
            logger.error(
                "message not accepted", metadata: ["message.id": "\(message.id)", "error": "\(error)"])
            return .refused(reply(to: error))
        }
    }

    /// Recipients whose copy a stage of the session objected to, although the message is accepted for the others.
    private func objections(_ message: Message) -> [(index: Int, state: RecipientState)] {
        message.recipients.enumerated().compactMap { position, recipient in
            Objection(recipient.facts).map { (position, $0.state) }
        }
    }

    private func log(_ state: RecipientState, _ message: Message) {
        guard let end = state.end else { return }
        logger.warning(
            "message not delivered",
            metadata: [
                "message.id": "\(message.id)", "recipients": "1", "end": "\(end.word)", "step": "\(end.step)",
                "reason": "\(end.reason)",
            ])
    }

    /// What the sender reads when the queue takes nothing.
    func reply(to error: QueueError) -> Reply {
        switch error {
        case .full: accept.whenFull
        case .outOfSpace: Reply(.insufficientStorage, "Insufficient system storage, try again later")
        case .closed: Reply(.unavailable, "Service shutting down, try again later")
        case .failed, .inUse, .unknownMessage, .unreadable: SessionSteps.failureReply
        }
    }
}

extension Recipient {
    /// The same at another place of the envelope.
    fileprivate func at(_ index: Int) -> Recipient {
        var recipient = Recipient(address, index: index)
        recipient.parameters = parameters
        recipient.facts = facts
        return recipient
    }
}

extension PhaseOutcome {
    /// Before there is a message, it can neither be dropped nor kept aside: that ruling fails closed.
    fileprivate init(_ ending: SessionSteps.Ending) {
        self.init(ending.subject.message, .proceed)
        switch ending.ruling {
        case .proceed: if let recipient = ending.subject.recipient { message.recipients.append(recipient) }
        case .refuse(let reply): result = .refuse(reply)
        case .discard, .quarantine: result = .refuse(SessionSteps.failureReply)
        }
    }
}
