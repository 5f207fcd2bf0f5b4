import Bytes
import Glibc
import StageKit

/// The work of the committing thread.
struct Committer: Sendable {
    let monitor: Monitor<QueueState>
    let journal: Journal
    let reader: MessageReader
    let concluder: Concluder
    let now: @Sendable () -> Timestamp

    /// How often clocks are looked at while messages are postponed or outcomes wait for a synchronisation.
    private static let period = 1.0

    /// One round of work.
    private struct Round {
        var submissions: [QueueState.Submission]
        /// How many of them are messages.
        var messages: Int
        var handouts: [QueueState.Handout]
        var reclaim: Reclaim?
        var finishedSpools: [MessageID]
        var isLast: Bool
        var isDue: Bool
    }

    /// Commits group after group until the queue is closed.
    func run() {
        var lastCommit = ContinuousClock.now
        var producers = 0
        while true {
            let round = nextRound(after: lastCommit, from: producers)
            journal.unneededSpools += round.finishedSpools
            for handout in round.handouts { handout.continuation.resume(returning: handout.messages) }
            if !round.submissions.isEmpty || round.isDue || round.isLast {
                let others = commit(round)
                // What only tells of outcomes says nothing about producers.
                if round.messages > 0 { producers = round.messages + others }
                lastCommit = ContinuousClock.now
            }
            if let reclaim = round.reclaim { journal.perform(reclaim, reader, monitor) }
            journal.releaseSpools()
            if round.isLast { return stop() }
        }
    }

    private func nextRound(after lastCommit: ContinuousClock.Instant, from producers: Int) -> Round {
        var gathering: Gathering?
        return monitor.wait { state in
            let instant = ContinuousClock.now
            let present = state.arrivals.count
            let size = GroupSize(producers: producers, present: present)
            if gathering == nil, present > 0 { gathering = Gathering(size, present: present, at: instant) }
            if let wait = gathering?.wait(present: present, at: instant), state.mode != .closed {
                // Nobody wakes this thread before the group is large enough.
                state.wakeUpSize = gathering?.gathered ?? 0
                return .wait(seconds: wait / .seconds(1))
            }
            state.wakeUpSize = 0
            return look(&state, at: instant, after: lastCommit, upTo: size.limit)
        }
    }

    /// Takes what there is to do, with up to `limit` messages.
    ///
    /// Outcomes are all taken: what they end may be let go of in the same round.
    private func look(
        _ state: inout QueueState, at instant: ContinuousClock.Instant, after lastCommit: ContinuousClock.Instant,
        upTo limit: Int
    ) -> Monitor<QueueState>.Look<Round> {
        if !state.byTime.isEmpty || !state.byInstant.isEmpty { state.promote(now: now(), instant: instant) }
        let handouts = state.handOut()
        let isLast = state.mode == .closed
        let isDue = journal.hasUnsynced && instant - lastCommit >= state.options.outcomeDelay
        if state.arrivals.isEmpty, state.inbox.isEmpty, handouts.isEmpty, state.finishedSpools.isEmpty, !isLast,
            !isDue
        {
            let isIdle = state.byTime.isEmpty && !journal.hasUnsynced
            guard let next = state.byInstant.first?.key else {
                return .wait(seconds: isIdle ? nil : Self.period)
            }
            return .wait(seconds: min(Self.period, (next - instant) / .seconds(1)))
        }
        let messages = isLast ? state.arrivals.count : min(state.arrivals.count, limit)
        defer {
            state.inbox = []
            state.arrivals.removeFirst(messages)
            state.finishedSpools = []
        }
        return .done(
            Round(
                submissions: state.inbox + state.arrivals.prefix(messages), messages: messages, handouts: handouts,
                reclaim: state.reclaim(journal),
                finishedSpools: state.finishedSpools, isLast: isLast, isDue: isDue))
    }

    /// Commits what a round has taken; gives the number of messages that are there before anybody is told.
    private func commit(_ round: Round) -> Int {
        let isDurable = round.isDue || round.isLast || round.submissions.contains(where: \.isAwaited)
        let unnamed = round.submissions.contains(where: \.isSpooled) ? journal.synchronizeNames() : nil
        var records: [PreparedRecord] = []
        records.reserveCapacity(round.submissions.count)
        for submission in round.submissions where unnamed == nil || !submission.isSpooled {
            if let record = submission.record { records.append(record) }
        }
        // Wherever the group begins, nothing from there on may be taken for dead before it is concluded.
        let first = journal.current?.number ?? 0
        let results = journal.commit(records, durably: isDurable)
        var next = results.makeIterator()
        var group = Concluder.Group()
        for submission in round.submissions {
            let result: Result<Location?, QueueError> =
                if let unnamed, submission.isSpooled {
                    .failure(QueueError(unnamed))
                } else if submission.record == nil {
                    journal.outcomeError.map { .failure($0) } ?? .success(nil)
                } else {
                    next.next() ?? .success(nil)
                }
            guard submission.accepted != nil || submission.completion != nil else { continue }
            group.submissions.append(submission)
            group.results.append(result)
        }
        let others = group.submissions.isEmpty ? 0 : conclude(group, from: first)
        journal.prepare()
        return others
    }

    /// So few are sooner told than another thread is awake.
    private static let few = 8

    /// Tells what came of a group: a small one here, since to wake another thread would take longer.
    private func conclude(_ group: Concluder.Group, from segment: UInt64) -> Int {
        let (isHere, others) = monitor.withLock { state in
            defer { state.concluding.append(segment) }
            return (state.concluding.isEmpty && group.submissions.count < Self.few, state.arrivals.count)
        }
        if isHere { concluder.settle(group) } else { concluder.conclude(group) }
        return others
    }

    private func stop() {
        let failure = journal.outcomeError
        journal.seal()
        concluder.end(failure)
    }
}

extension QueueState.Submission {
    /// Whether it is a message with a file of its own, whose name must be durable before the record is.
    var isSpooled: Bool { accepted?.entry.spooled != nil }
}
