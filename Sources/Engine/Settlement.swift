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
        var waiting: (until: Timestamp, setback: DeliveryJob.Setback)?
        for setback in job.setbacks {
            switch consequence(of: setback, job) {
            case .final(let state): update.recipients += setback.recipients.map { ($0.index, state) }
            case .retry(let until):
                // Those who wait go on together, from the first step that one of them needs.
                guard waiting.map({ setback.stepIndex < $0.setback.stepIndex }) ?? true else { continue }
                waiting = (until, setback)
            }
        }
        if let (until, setback) = waiting {
            update.postponement = postponement(of: job, until, setback.stepIndex, setback.reason)
        } else if let (index, reason) = resumption(of: update) {
            update.postponement = postponement(of: job, nil, index, reason)
        }
        log(job, update)
        return update
    }

    /// Later, from the step that failed; or from the first, if what the steps before it found out is too much to keep.
    private func postponement(
        of job: DeliveryJob, _ until: Timestamp?, _ stepIndex: Int, _ reason: String
    ) -> Postponement {
        let progress = job.progress
        let isKept = progress.count <= Self.progressLimit
        return Postponement(
            until: until, step: steps[isKept ? stepIndex : 0].id, reason: reason,
            progress: isKept ? progress : [])
    }

    /// Where a release goes on with those who go to quarantine now.
    private func resumption(of update: Update) -> (stepIndex: Int, reason: String)? {
        update.recipients.compactMap { _, state -> (stepIndex: Int, reason: String)? in
            guard case .quarantined(let step, let reason) = state else { return nil }
            return steps.firstIndex { $0.id == step }.map { ($0, reason) }
        }.min { $0.stepIndex < $1.stepIndex }
    }

    /// The queue holds in memory what it is to give back, for every message that waits; stages may note whole messages,
    /// and do so again when they are run again.
    static let progressLimit = 16_384

    /// What follows from a setback.
    private enum Consequence {
        case retry(Timestamp)
        case final(RecipientState)
    }

    /// What the file says about a failure that will not pass, about one that has lasted too long, and about others.
    private func consequence(of setback: DeliveryJob.Setback, _ job: DeliveryJob) -> Consequence {
        let policy = policy(at: setback.stepIndex)
        let step = steps[setback.stepIndex].id
        guard !setback.isPermanent else {
            return .final(state(policy.permanent, step: step, reason: setback.reason))
        }
        if let next = nextAttempt(of: job, policy) { return .retry(next) }
        let reason = "\(setback.reason) (given up after \(job.attempts + 1) attempts)"
        return .final(state(policy.afterRetries, step: step, reason: reason))
    }

    private func nextAttempt(of job: DeliveryJob, _ policy: ErrorPolicy) -> Timestamp? {
        var generator = SystemRandomNumberGenerator()
        let schedule = RetrySchedule(
            first: policy.retry.first, factor: policy.retry.factor, max: policy.retry.max, for: policy.retry.total)
        return schedule.next(
            afterAttempts: job.attempts + 1, received: job.begun, now: runtime.services.now(),
            using: &generator)
    }

    private func state(_ outcome: ErrorPolicy.Outcome, step: String, reason: String) -> RecipientState {
        switch outcome {
        case .quarantine: .quarantined(step: step, reason: reason)
        case .discard(let why): .discarded(step: step, reason: why)
        }
    }

    private func policy(at index: Int) -> ErrorPolicy {
        steps[index].plan.onError ?? runtime.plan.onError
    }

    private func log(_ job: DeliveryJob, _ update: Update) {
        let delivered = job.message.recipients.count
        if let postponement = update.postponement, let until = postponement.until {
            runtime.logger.notice(
                "delivery postponed",
                metadata: [
                    "message.id": "\(job.message.id)", "step": "\(postponement.step)",
                    "reason": "\(postponement.reason)", "until": "\(until.microseconds / 1_000_000)",
                ])
        }
        logEnds(job, update)
        guard delivered > 0 else { return }
        runtime.logger.info(
            "message delivered", metadata: ["message.id": "\(job.message.id)", "recipients": "\(delivered)"])
    }

    /// One line for all recipients who share an end: nobody's copy is kept aside or dropped in silence.
    private func logEnds(_ job: DeliveryJob, _ update: Update) {
        var ends: [[String]: Int] = [:]
        for (_, state) in update.recipients {
            guard let end = state.end else { continue }
            ends[[end.word, end.step, end.reason], default: 0] += 1
        }
        for (end, count) in ends {
            var metadata: Logger.Metadata = [
                "message.id": "\(job.message.id)", "recipients": "\(count)", "end": "\(end[0])",
                "step": "\(end[1])", "reason": "\(end[2])",
            ]
            // What the file says about a failing step is the reason; what failed there is told beside it.
            if end[0] == "discarded", let setback = job.setbacks.first(where: { steps[$0.stepIndex].id == end[1] }) {
                metadata["error"] = "\(setback.reason)"
            }
            runtime.logger.warning("message not delivered", metadata: metadata)
        }
    }
}
