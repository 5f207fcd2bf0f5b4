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
        /// The message's number, whatever a stage that breaks its contract makes of the message.
        let id: MessageID
        var message: Message
        var recipient: Recipient?
        /// The replies to recipients, by their places, who were refused one by one.
        var refusals: [Int: Reply] = [:]

        init(message: Message, recipient: Recipient? = nil) {
            id = message.id
            self.message = message
            self.recipient = recipient
        }

        /// Whether the condition of a step holds; at `recipient` the recipient's facts count before the message's.
        func fulfils(_ condition: Condition) throws -> Bool {
            try condition.evaluate(message.facts, recipient?.facts ?? Facts())
        }
    }

    /// How a phase ended.
    struct Ending: Sendable {
        let subject: Subject
        let ruling: Ruling
    }

    /// What a client reads when a step fails: nothing about us.
    static let failureReply = Reply(.localError, "Local error in processing, try again later")

    let phase: SessionPhase
    let steps: [PreparedStep]
    let deadlines: Deadlines

    /// Runs the steps in order until one objects or fails; on this thread as long as none has to wait.
    ///
    /// They work on a copy. From the first that waits on they are in one supervised call: a step that hangs is left behind
    /// with it.
    func begin(_ given: Subject) -> Eventual<Ending> {
        var subject = given
        var contract = StageContract(of: given.message)
        var time = Uptime.now
        // What a step that fails goes back to, where that is not what was given: the connection goes on after it, though
        // not with what it has done; a message does not. To copy a subject for each step would cost more than many do.
        var before: Subject?
        for (number, step) in steps.enumerated() {
            if number > 0, phase != .message { before = subject }
            guard var outcome = attemptAtOnce(step, &subject, &contract) else {
                return wait(for: number, before ?? given, subject)
            }
            let now = Uptime.now
            let passed = now - time
            time = now
            if passed >= step.plan.timeout {
                outcome = .failure(TimeLimitExceeded(limit: step.plan.timeout, part: number))
            }
            if case .failure = outcome { subject = before ?? given }
            guard let verdict = note(outcome, of: step, subject, after: passed),
                let ruling = rule(verdict, step, &subject)
            else { continue }
            return .known(Ending(subject: subject, ruling: ruling))
        }
        return .known(Ending(subject: subject, ruling: .proceed))
    }

    /// Runs the steps from the first on that has to wait; `before` is what they had before one that fails.
    private func wait(for first: Int, _ before: Subject, _ subject: Subject) -> Eventual<Ending> {
        let progress = PhaseProgress(of: before)
        return deadlines.begin { watch in
            try await run(from: first, subject, progress, watch)
        }.map { ending(of: progress, $0) }
    }

    private func ending(of progress: PhaseProgress, _ result: Result<Void, any Error>) -> Ending {
        var subject = progress.subject
        guard case .failure(let error) = result else {
            return Ending(subject: subject, ruling: progress.ruling ?? .refuse(Self.failureReply))
        }
        let excess = error as? TimeLimitExceeded
        let step = steps[excess?.part ?? 0]
        let verdict = fail(step, subject, error, after: excess?.limit ?? .zero)
        let ruling = rule(verdict, step, &subject) ?? .refuse(Self.failureReply)
        return Ending(subject: subject, ruling: ruling)
    }

    private func run(
        from first: Int, _ given: Subject, _ progress: PhaseProgress, _ watch: any Watch
    ) async throws {
        var subject = given
        for number in first..<steps.count {
            let step = steps[number]
            if number > first, phase != .message { progress.subject = subject }
            try watch.begin(number, limit: step.plan.timeout)
            let outcome = await attempt(step, &subject)
            // Whatever it came to, once its time was up others have gone on.
            let time = try watch.end()
            if case .failure = outcome { subject = progress.subject }
            guard let verdict = note(outcome, of: step, subject, after: time) else { continue }
            if let ruling = rule(verdict, step, &subject) { return progress.end(subject, ruling) }
        }
        progress.end(subject, .proceed)
    }

    /// What a verdict comes to; `nil` if the message goes on.
    private func rule(_ verdict: Verdict, _ step: PreparedStep, _ subject: inout Subject) -> Ruling? {
        switch verdict {
        case .proceed: return nil
        case .postpone(let reply, let reason), .reject(let reply, let reason):
            let text: Logger.Message = subject.recipient == nil ? "message refused" : "recipient refused"
            log(step, subject, text, reason: reason, reply: reply, recipient: subject.recipient)
            return .refuse(reply)
        case .discard(let reason):
            log(step, subject, "message discarded", reason: reason)
            return .discard(step: step.id, reason: reason)
        case .quarantine(let reason):
            log(step, subject, "message quarantined", reason: reason)
            return .quarantine(step: step.id, reason: reason)
        case .perRecipient(let verdicts):
            return settle(verdicts, step, &subject).map { .refuse($0) }
        }
    }

    /// What came of a step.
    private enum Outcome {
        /// Its `when` does not hold.
        case passedBy
        case verdict(Verdict)
        case failure(any Error)
    }

    /// What comes of one step without waiting; `nil` if it has to.
    private func attemptAtOnce(
        _ step: PreparedStep, _ subject: inout Subject, _ contract: inout StageContract
    ) -> Outcome? {
        do {
            if let condition = step.plan.when, try !subject.fulfils(condition) { return .passedBy }
            if let branches = step.branches { return .verdict(try decide(branches, &subject)) }
            guard let verdict = try callAtOnce(step, &subject) else {
                // Who has to wait has not begun: what it does to the message is seen where it is asked again.
                try contract.check(subject.message, after: step.id)
                return nil
            }
            try check(verdict, of: step, &subject.message, contract)
            if step.mayRewrite { contract = StageContract(of: subject.message) }
            return .verdict(verdict)
        } catch {
            return .failure(error)
        }
    }

    /// What comes of one step.
    private func attempt(_ step: PreparedStep, _ subject: inout Subject) async -> Outcome {
        do {
            if let condition = step.plan.when, try !subject.fulfils(condition) { return .passedBy }
            if let branches = step.branches { return .verdict(try decide(branches, &subject)) }
            let contract = StageContract(of: subject.message)
            let verdict = try await call(step, &subject)
            try check(verdict, of: step, &subject.message, contract)
            return .verdict(verdict)
        } catch {
            return .failure(error)
        }
    }

    /// Counts and logs what a step came to; `nil` if it was passed by.
    private func note(
        _ outcome: Outcome, of step: PreparedStep, _ subject: Subject, after time: Duration
    ) -> Verdict? {
        switch outcome {
        case .failure(let error): return fail(step, subject, error, after: time)
        case .passedBy: return nil
        case .verdict(let verdict):
            step.meter.record(verdict.letsAllPass ? .success : .refused, time: time)
            if step.logsPassages {
                step.context.logger.debug(
                    "step done",
                    metadata: [
                        "message.id": "\(subject.id)", "verdict": "\(verdict.label)", "duration": "\(time)",
                    ])
            }
            return verdict
        }
    }

    /// Counts and logs the failure of a step, and gives what it comes to: in the session, always "try again later".
    private func fail(_ step: PreparedStep, _ subject: Subject, _ error: any Error, after time: Duration) -> Verdict {
        step.meter.record(.failure, time: time)
        step.context.logger.error(
            "step failed", metadata: ["message.id": "\(subject.id)", "error": "\(error)"])
        return .postpone(Self.failureReply, reason: "\(step.id) failed: \(error)")
    }

    private func callAtOnce(_ step: PreparedStep, _ subject: inout Subject) throws -> Verdict? {
        switch step.work {
        case .mail(let stage): return try stage.mailAtOnce(&subject.message, in: step.context)
        case .message(let stage): return try stage.processAtOnce(&subject.message, in: step.context)
        case .recipient(let stage):
            guard var recipient = subject.recipient else { return nil }
            let verdict = try stage.recipientAtOnce(&recipient, of: &subject.message, in: step.context)
            guard verdict != nil else { return nil }
            try take(recipient, from: step, &subject)
            return verdict
        case .connect, .batch, .decide: return nil
        }
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
            try take(recipient, from: step, &subject)
            return verdict
        case .batch, .decide:
            throw StageContractViolation("\(step.id) cannot stand in the session")
        }
    }

    private func take(_ recipient: Recipient, from step: PreparedStep, _ subject: inout Subject) throws {
        guard recipient.index == subject.recipient?.index else {
            throw StageContractViolation("\(step.id) gave back another recipient")
        }
        subject.recipient = recipient
    }

    private func check(
        _ verdict: Verdict, of step: PreparedStep, _ message: inout Message, _ contract: StageContract
    ) throws {
        try contract.check(message, after: step.id, mayRewrite: step.mayRewrite)
        // Those of a whole message may have a verdict each.
        try StageContract.check(
            verdict, recipients: phase == .message ? message.recipients.count : nil, step: step.id)
        if contract.isRewritten(message) { message.facts[CoreFacts.size] = message.content.count }
    }

    /// At `recipient` a decide is about the recipient, elsewhere about the message.
    private func decide(_ branches: [Branch], _ subject: inout Subject) throws -> Verdict {
        guard var recipient = subject.recipient else {
            return try Decision.decide(branches, &subject.message.facts)
        }
        defer { subject.recipient = recipient }
        return try Decision.decide(branches, &recipient.facts, beside: subject.message.facts)
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
            log(
                step, subject, "recipient refused", reason: objection.reason, reply: reply,
                recipient: subject.message.recipients[position])
        }
    }

    private func log(
        _ step: PreparedStep, _ subject: Subject, _ text: Logger.Message, reason: String, reply: Reply? = nil,
        recipient: Recipient? = nil
    ) {
        var metadata: Logger.Metadata = [
            "message.id": "\(subject.id)", "client": "\(subject.message.client.address)",
            "reason": "\(reason)", "reply": "\(reply.map(\.description) ?? "-")",
        ]
        if let recipient { metadata["recipient"] = "\(recipient.address)" }
        step.context.logger.info(text, metadata: metadata)
    }
}
