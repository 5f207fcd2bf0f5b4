import Bytes
import DurableQueue
import Logging
import PipelineFiles
import StageKit

/// Records in the queue what an attempt at delivery came to.
struct Settlement: Sendable {
    let runtime: PipelineRuntime
    let steps: [PreparedStep]

    /// Records finished attempts, and logs each.
    func record(_ jobs: [DeliveryJob]) {
        runtime.queue.record(jobs.map { update(for: $0) })
    }

    private func update(for job: DeliveryJob) -> Update {
        var update = Update(id: job.message.id, recipients: job.settled)
        update.recipients += job.message.recipients.map { ($0.index, .delivered) }
        var waiting: [DeliveryJob.Setback] = []
        for setback in job.setbacks {
            if let final = finalState(of: setback, job) {
                update.recipients += setback.recipients.map { ($0.index, final) }
            } else {
                waiting.append(setback)
            }
        }
        if let first = waiting.min(by: { $0.stepIndex < $1.stepIndex }) {
            update.postponement = postponement(of: job, at: first)
        }
        log(job, update)
        return update
    }

    /// What the file says about a failure that will not pass, or about one that has lasted too long; `nil` to retry.
    private func finalState(of setback: DeliveryJob.Setback, _ job: DeliveryJob) -> RecipientState? {
        let policy = policy(at: setback.stepIndex)
        let step = steps[setback.stepIndex].id
        if setback.isPermanent {
            return state(policy.permanent, step: step, reason: setback.reason)
        }
        guard nextAttempt(of: job, policy) == nil else { return nil }
        return state(
            policy.afterRetries, step: step, reason: "\(setback.reason) (given up after \(job.attempts + 1) attempts)")
    }

    private func postponement(of job: DeliveryJob, at setback: DeliveryJob.Setback) -> Postponement {
        let until = nextAttempt(of: job, policy(at: setback.stepIndex)) ?? runtime.services.now()
        return Postponement(
            until: until, step: steps[setback.stepIndex].id, reason: setback.reason, progress: job.progress)
    }

    private func nextAttempt(of job: DeliveryJob, _ policy: ErrorPolicy) -> Timestamp? {
        var generator = SystemRandomNumberGenerator()
        let schedule = RetrySchedule(
            first: policy.retry.first, factor: policy.retry.factor, max: policy.retry.max, for: policy.retry.total)
        return schedule.next(
            afterAttempts: job.attempts + 1, received: job.message.received, now: runtime.services.now(),
            using: &generator)
    }

    private func state(_ outcome: ErrorPolicy.Outcome, step: String, reason: String) -> RecipientState {
        switch outcome {
        case .quarantine: .quarantined(step: step, reason: reason)
        case .discard(let why): .discarded(reason: "\(why) (\(reason))")
        }
    }

    private func policy(at index: Int) -> ErrorPolicy {
        steps[index].plan.onError ?? runtime.plan.onError
    }

    private func log(_ job: DeliveryJob, _ update: Update) {
        let delivered = job.message.recipients.count
        if let postponement = update.postponement {
            runtime.logger.notice(
                "delivery postponed",
                metadata: [
                    "message.id": "\(job.message.id)", "step": "\(postponement.step)",
                    "reason": "\(postponement.reason)", "until": "\(postponement.until.microseconds / 1_000_000)",
                ])
        }
        for case (let index, .quarantined(let step, let reason)) in update.recipients {
            runtime.logger.warning(
                "recipient quarantined",
                metadata: [
                    "message.id": "\(job.message.id)", "recipient": "\(index)", "step": "\(step)",
                    "reason": "\(reason)",
                ])
        }
        guard delivered > 0 else { return }
        runtime.logger.info(
            "message delivered", metadata: ["message.id": "\(job.message.id)", "recipients": "\(delivered)"])
    }
}
