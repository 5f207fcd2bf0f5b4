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
        case discard(reason: String)
        case quarantine(step: String, reason: String)
    }

    /// What the steps work on: the message, and at `recipient` the recipient.
    struct Subject: Sendable {
        var message: Message
        var recipient: Recipient?
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
                return .discard(reason: reason)
            case .quarantine(let reason):
                log(step, subject, "message quarantined", reason: reason)
                return .quarantine(step: step.id, reason: reason)
            case .perRecipient(let verdicts):
                guard let ruling = settle(verdicts, step, &subject) else { continue }
                return ruling
            }
        }
        return .proceed
    }

    /// One step's verdict; `nil` if its `when` does not hold or its failure is to be passed over.
    private func run(_ step: PreparedStep, _ subject: inout Subject) async -> Verdict? {
        let start = ContinuousClock.now
        do {
            guard try step.plan.when?.evaluate(subject.message.facts) ?? true else { return nil }
            let verdict = try await perform(step, &subject)
            let outcome: StepMetrics.Outcome = verdict == .proceed ? .success : .refused
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
        if case .decide(let branches) = step.work {
            return try Decision.decide(branches, &subject.message.facts)
        }
        // The stage works on a copy, so that a failure in its midst leaves no trace.
        let before = subject
        let (after, verdict) = try await deadlines.supervise(limit: step.plan.timeout) {
            var working = before
            let verdict = try await call(step, &working)
            return (working, verdict)
        }
        subject = after
        return verdict
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

    /// One reply has to serve all recipients here: those whose verdict is a refusal are refused with the message if all
    /// are, and kept aside for the operator otherwise, since the client can be told only one thing.
    private func settle(_ verdicts: [Verdict], _ step: PreparedStep, _ subject: inout Subject) -> Ruling? {
        guard verdicts.count == subject.message.recipients.count else {
            log(step, subject, "message refused", reason: "as many verdicts as recipients were expected")
            return .refuse(Self.failureReply)
        }
        let refusals = verdicts.compactMap(\.reply)
        if let transient = refusals.first(where: \.isTransient) {
            log(step, subject, "message refused", reason: "postponed for one of its recipients", reply: transient)
            return .refuse(transient)
        }
        if refusals.count == verdicts.count, let first = refusals.first {
            log(step, subject, "message refused", reason: "rejected for all recipients", reply: first)
            return .refuse(first)
        }
        for (position, verdict) in verdicts.enumerated() where verdict != .proceed {
            subject.message.recipients[position].facts[SessionSteps.objection] = verdict.label
        }
        return nil
    }

    /// The fact under which a recipient is kept aside although the message is accepted.
    static let objection = Fact<String>("session.objection", "Why this recipient's copy is kept in quarantine.")

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

extension Verdict {
    /// A short, fixed word for logs and metrics.
    var label: String {
        switch self {
        case .proceed: "proceed"
        case .postpone: "postpone"
        case .reject: "reject"
        case .discard: "discard"
        case .quarantine: "quarantine"
        case .perRecipient: "per-recipient"
        }
    }

    /// The reply of a refusal.
    var reply: Reply? {
        switch self {
        case .postpone(let reply, _), .reject(let reply, _): reply
        case .proceed, .discard, .quarantine, .perRecipient: nil
        }
    }
}
