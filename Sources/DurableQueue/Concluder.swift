import StageKit

/// Tells what came of commits: on a thread of its own while the next group waits for the disk already, so that it need
/// not rest until everybody is woken.
///
/// It takes the groups in the order in which they became durable.
struct Concluder: Sendable {
    /// A group that was committed, without those of its submissions that nobody asks about.
    struct Group {
        var submissions: [QueueState.Submission] = []
        var results: [Result<Location?, QueueError>] = []
    }

    /// What is handed from the one thread to the other.
    struct Desk {
        var groups: [Group] = []
        /// What keeps outcomes from the disk at the end; set with the last group.
        var end: End?
    }

    struct End {
        var failure: QueueError?
    }

    let monitor: Monitor<QueueState>
    let desk = Monitor(Desk())

    /// Hands a group over.
    func conclude(_ group: Group) {
        desk.withLock { $0.groups.append(group) }
        desk.signal()
    }

    /// Has the thread end, and the queue with it, once all groups are concluded.
    func end(_ failure: QueueError?) {
        desk.withLock { $0.end = End(failure: failure) }
        desk.signal()
    }

    /// Concludes group after group until the end.
    func run() {
        while true {
            let (groups, end) = desk.wait { desk -> Monitor<Desk>.Look<([Group], End?)> in
                guard !desk.groups.isEmpty || desk.end != nil else { return .wait(seconds: nil) }
                defer { desk.groups = [] }
                return .done((desk.groups, desk.end))
            }
            for group in groups { settle(group) }
            if let end { return stop(end) }
        }
    }

    /// How many submissions are concluded under one lock: some ten microseconds, so that those who bring new mail
    /// meanwhile do not wait for a whole group.
    private static let submissionsAtOnce = 8

    /// Concludes one group, on whatever thread; all groups before it must be concluded.
    func settle(_ group: Group) {
        var handouts: [QueueState.Handout] = []
        for start in stride(from: 0, to: group.submissions.count, by: Self.submissionsAtOnce) {
            let part = start..<min(start + Self.submissionsAtOnce, group.submissions.count)
            let failures = monitor.withLock { state in
                part.map { state.conclude(group.submissions[$0], group.results[$0]) }
            }
            for (index, failure) in zip(part, failures) {
                group.submissions[index].completion?.resume(returning: failure)
            }
        }
        let isWorkLeft = monitor.withLock { state in
            state.concluding.removeFirst()
            handouts = state.handOut()
            return !state.finishedSpools.isEmpty
        }
        for handout in handouts { handout.continuation.resume(returning: handout.messages) }
        if isWorkLeft { monitor.signal() }
    }

    private func stop(_ end: End) {
        let (closing, rest) = monitor.withLock { state in
            state.isStopped = true
            defer {
                state.closing = []
                state.inbox = []
                state.arrivals = []
            }
            return (state.closing, state.inbox + state.arrivals)
        }
        for submission in rest { submission.completion?.resume(returning: .closed) }
        for continuation in closing { continuation.resume(returning: end.failure) }
    }
}

extension QueueState {
    /// Takes a message in whose record is durable, or lets go of it.
    mutating func conclude(_ submission: Submission, _ result: Result<Location?, QueueError>) -> QueueError? {
        guard let message = submission.accepted else {
            if case .failure(let error) = result { return error }
            return nil
        }
        switch result {
        case .success(let location?):
            ledgers[message.entry.pipeline.name, default: Ledger()].add(message.entry.state.receivedLedger)
            message.entry.location = location
            message.entry.arrival = location.sequence
            if message.entry.state.fate < .quarantined {
                unreserve(message.entry.size, of: message.entry.pipeline.name)
            } else {
                insert(message)
            }
            return nil
        case .success(nil): return .closed
        case .failure(let error):
            if message.entry.spooled != nil { finishedSpools.append(message.entry.id) }
            unreserve(message.entry.size, of: message.entry.pipeline.name)
            return error
        }
    }
}
