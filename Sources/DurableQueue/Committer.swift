import Bytes
import Glibc
import StageKit

/// The work of the committing thread.
struct Committer: Sendable {
    let monitor: Monitor<QueueState>
    let journal: Journal
    let reader: MessageReader
    let now: @Sendable () -> Timestamp

    /// How often clocks are looked at while messages are postponed or outcomes wait for a synchronisation.
    private static let period = 1.0

    /// One round of work.
    private struct Round {
        var submissions: [QueueState.Submission]
        /// How many of them somebody waits for.
        var awaited: Int
        var handouts: [QueueState.Handout]
        var reclaim: Reclaim?
        var finishedSpools: [MessageID]
        var isLast: Bool
        var isDue: Bool
    }

    /// Commits group after group until the queue is closed.
    func run() {
        var lastCommit = ContinuousClock.now
        var lastGroup = 0
        while true {
            gather(like: lastGroup)
            let round = nextRound(after: lastCommit)
            lastGroup = round.awaited
            journal.unneededSpools += round.finishedSpools
            for handout in round.handouts { handout.continuation.resume(returning: handout.messages) }
            if !round.submissions.isEmpty || round.isDue || round.isLast {
                commit(round)
                lastCommit = ContinuousClock.now
            }
            if let reclaim = round.reclaim { journal.perform(reclaim, reader, monitor) }
            journal.releaseSpools()
            if round.isLast { return stop() }
        }
    }

    /// From this size on, the producers of the last group are given a moment to come back, so that not a few of them
    /// take a synchronisation for themselves while the others wait for the next.
    private static let crowd = 8
    /// How long that moment is, in microseconds: less than a synchronisation takes, though the kernel adds 50 to each
    /// sleep.
    private static let moment: UInt32 = 20
    private static let moments = 4

    /// Waits a little until most of as many messages as the last group had are there.
    ///
    /// Only those count for which somebody waits: outcomes come in heaps and can go with any group. A sleep and no wait
    /// for the condition, so that each producer who comes back need not wake this thread.
    private func gather(like lastGroup: Int) {
        guard lastGroup >= Self.crowd else { return }
        for _ in 0..<Self.moments {
            let isEnough = monitor.withLock { state in
                state.mode == .closed || 8 * state.awaited >= 7 * lastGroup
            }
            if isEnough { return }
            usleep(Self.moment)
        }
    }

    private func nextRound(after lastCommit: ContinuousClock.Instant) -> Round {
        monitor.wait { state in
            let instant = ContinuousClock.now
            if !state.byTime.isEmpty || !state.byInstant.isEmpty { state.promote(now: now(), instant: instant) }
            let handouts = state.handOut()
            let isLast = state.mode == .closed
            let isDue = journal.hasUnsynced && instant - lastCommit >= state.options.outcomeDelay
            if state.inbox.isEmpty, handouts.isEmpty, state.finishedSpools.isEmpty, !isLast, !isDue {
                let isIdle = state.byTime.isEmpty && !journal.hasUnsynced
                guard let next = state.byInstant.first?.key else {
                    return .wait(seconds: isIdle ? nil : Self.period)
                }
                return .wait(seconds: min(Self.period, (next - instant) / .seconds(1)))
            }
            defer {
                state.inbox = []
                state.awaited = 0
                state.finishedSpools = []
            }
            return .done(
                Round(
                    submissions: state.inbox, awaited: state.awaited, handouts: handouts,
                    reclaim: state.reclaim(journal),
                    finishedSpools: state.finishedSpools, isLast: isLast, isDue: isDue))
        }
    }

    private func commit(_ round: Round) {
        let isDurable = round.isDue || round.isLast || round.submissions.contains(where: \.isAwaited)
        let unnamed = round.submissions.contains(where: \.isSpooled) ? journal.synchronizeNames() : nil
        let records = round.submissions.compactMap { unnamed != nil && $0.isSpooled ? nil : $0.record }
        let results = journal.commit(records, durably: isDurable)
        var failures: [QueueError?] = []
        failures.reserveCapacity(round.submissions.count)
        let handouts = monitor.withLock { state in
            var next = results.makeIterator()
            for submission in round.submissions {
                if let unnamed, submission.isSpooled {
                    failures.append(state.conclude(submission, .failure(QueueError(unnamed))))
                } else if submission.record == nil {
                    failures.append(journal.outcomeError)
                } else if let result = next.next() {
                    failures.append(state.conclude(submission, result))
                }
            }
            return state.handOut()
        }
        for (submission, failure) in zip(round.submissions, failures) {
            submission.completion?.resume(returning: failure)
        }
        for handout in handouts { handout.continuation.resume(returning: handout.messages) }
        journal.prepare()
    }

    private func stop() {
        let failure = journal.outcomeError
        journal.seal()
        let (closing, rest) = monitor.withLock { state in
            state.isStopped = true
            defer {
                state.closing = []
                state.inbox = []
            }
            return (state.closing, state.inbox)
        }
        for submission in rest { submission.completion?.resume(returning: .closed) }
        for continuation in closing { continuation.resume(returning: failure) }
    }
}

extension QueueState.Submission {
    /// Whether it is a message with a file of its own, whose name must be durable before the record is.
    var isSpooled: Bool { accepted?.spooled != nil }
}

extension QueueState {
    /// Takes a message in whose record is durable, or lets go of it.
    mutating func conclude(_ submission: Submission, _ result: Result<Location?, QueueError>) -> QueueError? {
        guard var entry = submission.accepted else {
            if case .failure(let error) = result { return error }
            return nil
        }
        switch result {
        case .success(let location?):
            ledgers[entry.pipeline.name, default: Ledger()].add(entry.state.receivedLedger)
            entry.location = location
            entry.arrival = location.sequence
            if entry.state.fate < .quarantined {
                unreserve(entry.size, of: entry.pipeline.name)
            } else {
                insert(entry)
            }
            return nil
        case .success(nil): return .closed
        case .failure(let error):
            if entry.spooled != nil { finishedSpools.append(entry.id) }
            unreserve(entry.size, of: entry.pipeline.name)
            return error
        }
    }
}
