import PipelineFiles
import DurableQueue
import Logging
import StageKit

/// Runs one delivering step for a batch of messages.
struct StepExecution: Sendable {
    let runtime: PipelineRuntime
    let step: PreparedStep

    /// The jobs, each moved on, set back or settled.
    func run(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        var passing: [DeliveryJob] = []
        var taking: [DeliveryJob] = []
        for var job in jobs {
            do {
                if try step.plan.when?.evaluate(job.message.facts) ?? true {
                    taking.append(job)
                } else {
                    job.proceed()
                    passing.append(job)
                }
            } catch {
                fail(&job, error)
                passing.append(job)
            }
        }
        guard !taking.isEmpty else { return passing }
        if case .decide(let branches) = step.work {
            for index in taking.indices { decide(branches, &taking[index]) }
            return passing + taking
        }
        runtime.queue.markAttempt(taking.map(\.message.id), step: step.id)
        return passing + (await attempt(taking))
    }

    private func decide(_ branches: [Branch], _ job: inout DeliveryJob) {
        do {
            job.apply(try Decision.decide(branches, &job.message.facts), step: step.id)
        } catch {
            fail(&job, error)
        }
    }

    /// The whole batch; if that fails, each message alone, so that one bad message does not set back the others.
    private func attempt(_ jobs: [DeliveryJob]) async -> [DeliveryJob] {
        let start = ContinuousClock.now
        let messages = jobs.map(\.message)
        do {
            let (after, verdicts) = try await runtime.deadlines.supervise(limit: step.plan.timeout) {
                try await call(messages)
            }
            try checkContract(messages, after, verdicts)
            return settle(jobs, after, verdicts, time: .now - start)
        } catch {
            guard jobs.count > 1, !(error is TimeLimitExceeded) else {
                measure(.failure, count: jobs.count, time: .now - start)
                return jobs.map { job in
                    var job = job
                    fail(&job, error)
                    return job
                }
            }
            var results: [DeliveryJob] = []
            for job in jobs { results += await attempt([job]) }
            return results
        }
    }

    @concurrent
    private func call(_ messages: [Message]) async throws -> ([Message], [Verdict]) {
        var batch = messages
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

    private func checkContract(_ before: [Message], _ after: [Message], _ verdicts: [Verdict]) throws {
        guard after.count == before.count, verdicts.count == before.count else {
            throw StageContractViolation(
                "\(step.id) returned \(after.count) messages and \(verdicts.count) verdicts for \(before.count)")
        }
        for (old, new) in zip(before, after) {
            guard old.id == new.id, old.recipients.map(\.index) == new.recipients.map(\.index) else {
                throw StageContractViolation("\(step.id) reordered messages or changed their recipients")
            }
        }
    }

    private func settle(
        _ jobs: [DeliveryJob], _ messages: [Message], _ verdicts: [Verdict], time: Duration
    ) -> [DeliveryJob] {
        var refused = 0
        let settled = jobs.indices.map { index in
            var job = jobs[index]
            job.message = messages[index]
            job.apply(verdicts[index], step: step.id)
            if verdicts[index] != .proceed { refused += 1 }
            step.context.logger.debug(
                "step done",
                metadata: [
                    "message.id": "\(job.message.id)", "verdict": "\(verdicts[index].label)", "duration": "\(time)",
                    "batch": "\(jobs.count)",
                ])
            return job
        }
        if refused < jobs.count { measure(.success, count: jobs.count - refused, time: time) }
        if refused > 0 { measure(.refused, count: refused, time: .zero) }
        return settled
    }

    private func fail(_ job: inout DeliveryJob, _ error: any Error) {
        step.context.logger.error(
            "step failed",
            metadata: [
                "message.id": "\(job.message.id)", "attempt": "\(job.attempts + 1)", "error": "\(error)",
            ])
        if step.plan.isRequired {
            job.setBack(reason: "\(error)", isPermanent: false)
        } else {
            job.proceed()
        }
    }

    private func measure(_ outcome: StepMetrics.Outcome, count: Int, time: Duration) {
        runtime.metrics.record(outcome, pipeline: runtime.plan.name, step: step.id, count: count, time: time)
    }
}
