import DurableQueue
import Logging
import PipelineFiles
import StageKit

/// Runs one delivering step for a batch of messages.
struct StepExecution: Sendable {
    let runtime: PipelineRuntime
    let step: PreparedStep

    /// The jobs, each moved on, set back or settled.
    func run(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        // The usual batch goes on as it is: to copy a job is to retain everything that is known of a message.
        guard jobs.contains(where: \.isSuspect) else { return await attemptBatch(jobs) }
        return await attemptSuspects(jobs.filter(\.isSuspect)) + (await attemptBatch(jobs.filter { !$0.isSuspect }))
    }

    /// Those for which the step's condition holds pass the step.
    private func serve(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        let (taking, passing) = sort(jobs)
        guard !taking.isEmpty else { return passing }
        if let branches = step.branches { return passing + taking.flatMap { decide(branches, $0) } }
        return passing + (await attempt(taking))
    }

    /// Those for which the step's condition holds, and the others, moved on or failed.
    private func sort(_ jobs: [DeliveryJob]) -> (taking: [DeliveryJob], passing: [DeliveryJob]) {
        guard let condition = step.plan.when else { return (jobs, []) }
        var passing: [DeliveryJob] = []
        var taking: [DeliveryJob] = []
        for var job in jobs {
            do {
                if try condition.evaluate(job.message.facts) {
                    taking.append(job)
                } else {
                    job.proceed()
                    passing.append(job)
                }
            } catch {
                passing += fail([job], error, time: .zero)
            }
        }
        return (taking, passing)
    }

    /// One after another, each marked just before and not any more just after, so that one that ends the process takes no
    /// others along.
    private func attemptSuspects(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        var results: [DeliveryJob] = []
        for job in jobs {
            await mark([job.message.id])
            results += await serve([job])
            runtime.queue.endAttempt([job.message.id], step: step.id)
        }
        return results
    }

    private func attemptBatch(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        guard !jobs.isEmpty else { return [] }
        await mark(jobs.filter(\.isRecovered).map(\.message.id))
        return await serve(jobs)
    }

    /// Marks attempts, written before the call, and before a condition reads the message: one that ends the process is
    /// found out at the next start.
    ///
    /// Only messages that an earlier life of the process left behind are marked. The first end of the process by a
    /// message is not counted then, but messages on the usual way cost no writes.
    private func mark(_ recovered: [MessageID]) async {
        guard !recovered.isEmpty else { return }
        runtime.queue.markAttempt(recovered, step: step.id)
        await runtime.queue.written()
    }

    private func decide(_ branches: [Branch], _ job: DeliveryJob) -> [DeliveryJob] {
        let start = ContinuousClock.now
        var decided = job
        do {
            let verdict = try Decision.decide(branches, &decided.message.facts)
            return settle([job], [decided.message], [verdict], time: .now - start)
        } catch {
            return fail([job], error, time: .now - start)
        }
    }

    /// The whole batch; if that fails, each message alone, so that one bad message does not set back the others.
    ///
    /// Where it is the step that fails, and slowly, that would hold up its lane; so once the attempts have taken as
    /// long as one call may, those who are left wait for the next attempt.
    private func attempt(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        let start = ContinuousClock.now
        let error: any Error
        switch await call(jobs) {
        case .success(let results): return results
        case .failure(let failure): error = failure
        }
        guard jobs.count > 1, !(error is TimeLimitExceeded) else { return fail(jobs, error, time: .now - start) }
        var results: [DeliveryJob] = []
        for (position, job) in jobs.enumerated() {
            guard ContinuousClock.now - start < step.plan.timeout else {
                return results + fail(Array(jobs[position...]), error, time: .zero)
            }
            let single = ContinuousClock.now
            switch await call([job]) {
            case .success(let settled): results += settled
            case .failure(let failure): results += fail([job], failure, time: .now - single)
            }
        }
        return results
    }

    private func call(_ jobs: [DeliveryJob]) async -> Result<[DeliveryJob], any Error> {
        let start = ContinuousClock.now
        do {
            let (after, verdicts) = try await runtime.deadlines.supervise(limit: step.plan.timeout) {
                try await ask(jobs)
            }
            try checkContract(jobs, after, verdicts)
            return .success(settle(jobs, after, verdicts, time: .now - start))
        } catch {
            return .failure(error)
        }
    }

    /// The stage works on copies of the messages, so that a failure leaves no trace in the jobs.
    @concurrent
    private func ask(_ jobs: [DeliveryJob]) async throws -> ([Message], [Verdict]) {
        var batch = jobs.map(\.message)
        switch step.work {
        case .batch(let stage):
            let verdicts = try await stage.process(&batch, in: step.context)
            return (batch, verdicts)
        case .message(let stage):
            var verdicts: [Verdict] = []
            for index in batch.indices {
                verdicts.append(try await stage.process(&batch[index], in: step.context))
            }
            return (batch, verdicts)
        case .decide, .connect, .mail, .recipient:
            throw StageContractViolation("\(step.id) cannot stand after the durable line")
        }
    }

    private func checkContract(_ before: [DeliveryJob], _ after: [Message], _ verdicts: [Verdict]) throws {
        guard after.count == before.count, verdicts.count == before.count else {
            throw StageContractViolation(
                "\(step.id) returned \(after.count) messages and \(verdicts.count) verdicts for \(before.count)")
        }
        for index in before.indices {
            try StageContract.check(after[index], of: before[index].message, step: step.id)
            try StageContract.check(
                verdicts[index], recipients: before[index].message.recipients.count, step: step.id)
        }
    }

    private func settle(
        _ jobs: [DeliveryJob], _ messages: [Message], _ verdicts: [Verdict], time: Duration
    ) -> [DeliveryJob] {
        var refused = 0
        var settled = jobs
        for index in settled.indices {
            let verdict = verdicts[index]
            if !verdict.letsAllPass {
                refused += 1
                logRefusal(verdict, of: messages[index])
            }
            if step.logsPassages {
                step.context.logger.debug(
                    "step done",
                    metadata: [
                        "message.id": "\(messages[index].id)", "verdict": "\(verdict.label)", "duration": "\(time)",
                        "batch": "\(jobs.count)",
                    ])
            }
            settled[index].message = messages[index]
            settled[index].apply(step.plan.isRequired ? verdict : verdict.withoutRefusals, step: step.id)
        }
        if refused < jobs.count { measure(.success, count: jobs.count - refused, time: time) }
        if refused > 0 { measure(.refused, count: refused, time: refused == jobs.count ? time : .zero) }
        return settled
    }
}

extension StepExecution {
    /// Jobs whose call failed: set back, or moved on if the step is not required.
    ///
    /// One line of log serves all of them.
    private func fail(_ jobs: [DeliveryJob], _ error: any Error, time: Duration) -> [DeliveryJob] {
        measure(.failure, count: jobs.count, time: time)
        step.context.logger.error(
            "step failed",
            metadata: [
                "message.id": "\(jobs.first.map { "\($0.message.id)" } ?? "-")", "messages": "\(jobs.count)",
                "attempt": "\(jobs.map(\.attempts).max().map { $0 + 1 } ?? 1)", "error": "\(error)",
            ])
        return jobs.map { job in
            var job = job
            if step.plan.isRequired {
                job.setBack(reason: "\(error)", isPermanent: false)
            } else {
                job.proceed()
            }
            return job
        }
    }

    private func logRefusal(_ verdict: Verdict, of message: Message) {
        let reasons =
            if case .perRecipient(let each) = verdict { each.compactMap(\.reason) } else { [verdict.reason ?? ""] }
        step.context.logger.info(
            "step decided against the message",
            metadata: [
                "message.id": "\(message.id)", "verdict": "\(verdict.label)",
                "reason": "\(reasons.joined(separator: "; "))",
            ])
    }

    private func measure(_ outcome: StepMetrics.Outcome, count: Int, time: Duration) {
        step.meter.record(outcome, count: count, time: time)
    }
}
