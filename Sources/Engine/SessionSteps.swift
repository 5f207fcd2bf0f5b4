import PipelineFiles
import Bytes
import Logging
import SMTP
import StageKit

/// Runs the steps of one phase of the session for one message: quick, without effects, and failing closed.
struct SessionSteps: Sendable {
    /// What the steps came to.
    enum Ruling: Sendable {
        case proceed
        case refuse(Reply)
        case discard(step: String, reason: String)
        case quarantine(step: String, reason: String)
    }

    /// What the steps work on: the message, and at `recipient` the recipient.
    struct Subject: Sendable {
        var message: Message
        var recipient: Recipient?
        /// The replies to recipients, by their places, who were refused one by one.
        var refusals: [Int: Reply] = [:]

        /// Whether the condition of a step holds; at `recipient` the recipient's facts count before the message's.
        func fulfils(_ condition: Condition) throws -> Bool {
            try condition.evaluate(message.facts, recipient?.facts ?? Facts())
        }
    }

    /// What a client reads when a step fails: nothing about us.
    static let failureReply = Reply(.localError, "Local error in processing, try again later")

    let pipeline: String
    let steps: [PreparedStep]
    let deadlines: Deadlines
    let metrics: StepMetrics

    /// Runs the steps in order until one objects.
    func run(_ subject: inout Subject) async -> Ruling {
        for step in steps {
            guard let verdict = await run(step, &subject) else { continue }
            switch verdict {
            case .proceed: continue
            case .postpone(let reply, let reason), .reject(let reply, let reason):
                log(step, subject, "message refused", reason: reason, reply: reply)
                return .refuse(reply)
            case .discard(let reason):
                log(step, subject, "message discarded", reason: reason)
                return .discard(step: step.id, reason: reason)
            case .quarantine(let reason):
                log(step, subject, "message quarantined", reason: reason)
                return .quarantine(step: step.id, reason: reason)
            case .perRecipient(let verdicts):
                guard let reply = settle(verdicts, step, &subject) else { continue }
                return .refuse(reply)
            }
        }
        return .proceed
    }

    /// One step's verdict; `nil` if its `when` does not hold or its failure is to be passed over.
    private func run(_ step: PreparedStep, _ subject: inout Subject) async -> Verdict? {
        let start = ContinuousClock.now
        do {
            guard try step.plan.when.map({ try subject.fulfils($0) }) ?? true else { return nil }
            let verdict = try await perform(step, &subject)
            let outcome: StepMetrics.Outcome = verdict.letsAllPass ? .success : .refused
            metrics.record(outcome, pipeline: pipeline, step: step.id, time: .now - start)
            step.context.logger.debug(
                "step done",
                metadata: [
                    "message.id": "\(subject.message.id)", "verdict": "\(verdict.label)",
                    "duration": "\(ContinuousClock.now - start)",
                ])
            return verdict
        } catch {
            metrics.record(.failure, pipeline: pipeline, step: step.id, time: .now - start)
            step.context.logger.error(
                "step failed", metadata: ["message.id": "\(subject.message.id)", "error": "\(error)"])
            guard step.plan.isRequired else { return nil }
            return .postpone(Self.failureReply, reason: "\(step.id) failed: \(error)")
        }
    }

    private func perform(_ step: PreparedStep, _ subject: inout Subject) async throws -> Verdict {
        if case .decide(let branches) = step.work { return try decide(branches, &subject) }
        // The stage works on a copy, so that a failure in its midst leaves no trace.
        let before = subject
        let (after, verdict) = try await deadlines.supervise(limit: step.plan.timeout) {
            var working = before
            let verdict = try await call(step, &working)
            return (working, verdict)
        }
        try StageContract.check(after.message, of: before.message, step: step.id, mayRewrite: step.mayRewrite)
        guard after.recipient?.index == before.recipient?.index else {
            throw StageContractViolation("\(step.id) gave back another recipient")
        }
        try StageContract.check(verdict, recipients: recipients(step, after.message), step: step.id)
        subject = after
        if after.message.content !== before.message.content {
            subject.message.facts[CoreFacts.size] = after.message.content.count
        }
        return verdict
    }

    /// How many recipients may have a verdict each: those of a whole message.
    private func recipients(_ step: PreparedStep, _ message: Message) -> Int? {
        if case .message = step.work { message.recipients.count } else { nil }
    }

    /// At `recipient` a decide is about the recipient, elsewhere about the message.
    private func decide(_ branches: [Branch], _ subject: inout Subject) throws -> Verdict {
        guard var recipient = subject.recipient else {
            return try Decision.decide(branches, &subject.message.facts)
        }
        defer { subject.recipient = recipient }
        return try Decision.decide(branches, &recipient.facts, beside: subject.message.facts)
    }

    private func call(_ step: PreparedStep, _ subject: inout Subject) async throws -> Verdict {
        switch step.work {
        case .connect(let stage): return try await stage.connect(&subject.message, in: step.context)
        case .mail(let stage): return try await stage.mail(&subject.message, in: step.context)
        case .message(let stage): return try await stage.process(&subject.message, in: step.context)
        case .recipient(let stage):
            guard var recipient = subject.recipient else {
                throw StageContractViolation("\(step.id) was called without a recipient")
            }
            let verdict = try await stage.recipient(&recipient, of: &subject.message, in: step.context)
            subject.recipient = recipient
            return verdict
        case .batch, .decide:
            throw StageContractViolation("\(step.id) cannot stand in the session")
        }
    }

    /// Makes one reply of the verdicts where the protocol has one for all recipients; `nil` if the message goes on.
    ///
    /// A refusal for some of them cannot be told: those whose verdict is one are refused with the message if all are,
    /// and kept aside for the operator otherwise. "Try again later" for one is so for all. Where each recipient has a
    /// reply, each gets its own.
    private func settle(_ verdicts: [Verdict], _ step: PreparedStep, _ subject: inout Subject) -> Reply? {
        if subject.message.client.hasReplyPerRecipient {
            settleEach(verdicts, step, &subject)
            return nil
        }
        let refusals = verdicts.compactMap(\.reply)
        if let transient = refusals.first(where: \.isTransient) {
            log(step, subject, "message refused", reason: "postponed for one of its recipients", reply: transient)
            return transient
        }
        if refusals.count == verdicts.count, let first = refusals.first {
            log(step, subject, "message refused", reason: "rejected for all recipients", reply: first)
            return first
        }
        for (position, verdict) in verdicts.enumerated() {
            guard let objection = Objection(verdict, step: step.id) else { continue }
            subject.message.recipients[position].facts[Objection.fact] = objection.words
        }
        return nil
    }

    private func settleEach(_ verdicts: [Verdict], _ step: PreparedStep, _ subject: inout Subject) {
        for (position, verdict) in verdicts.enumerated() {
            let index = subject.message.recipients[position].index
            guard subject.refusals[index] == nil, let objection = Objection(verdict, step: step.id) else { continue }
            guard let reply = verdict.reply else {
                subject.message.recipients[position].facts[Objection.fact] = objection.words
                continue
            }
            subject.refusals[index] = reply
            log(step, subject, "recipient refused", reason: objection.reason, reply: reply)
        }
    }

    private func log(
        _ step: PreparedStep, _ subject: Subject, _ text: Logger.Message, reason: String, reply: Reply? = nil
    ) {
        step.context.logger.info(
            text,
            metadata: [
                "message.id": "\(subject.message.id)", "client": "\(subject.message.client.address)",
                "reason": "\(reason)", "reply": "\(reply.map(\.description) ?? "-")",
            ])
    }
}
