import Bytes
package import StageKit

extension DurableQueue {
    /// Notes what attempts came to, without waiting for the disk.
    ///
    /// If the machine fails before the next synchronisation, the messages come again: the steps are idempotent. A
    /// message whose last pending recipient is settled is finished.
    package func record(_ updates: [Update]) {
        // A part after the other, so that those who bring new mail at the same time do not wait for all of them.
        for start in stride(from: 0, to: updates.count, by: Self.updatesAtOnce) {
            let part = updates[start..<min(start + Self.updatesAtOnce, updates.count)]
            submit { state, now in state.apply(part, now: now) }
        }
    }

    /// How many updates are made under one lock: some twenty microseconds.
    private static let updatesAtOnce = 16

    /// Notes what attempts came to; returns once that is on disk.
    package func recordDurably(_ updates: [Update]) async throws(QueueError) {
        try await submitDurably { state, now in state.apply(updates, now: now) }
    }

    /// Notes that a step is about to be tried, so that a message that ends the process is found out.
    ///
    /// Where no outcome follows and that happens several times (``QueueOptions/attemptLimit``), the next start puts the
    /// message into quarantine. The mark outlives the process once ``written()`` has returned.
    package func markAttempt(_ ids: [MessageID], step: String) {
        submit { state, _ in state.mark(ids, step: step).map { [$0] } ?? [] }
    }

    /// Notes that the process has outlived an attempt, whatever came of it: it is not held against the message.
    package func endAttempt(_ ids: [MessageID], step: String) {
        submit { state, _ in state.unmark(ids, step: step).map { [$0] } ?? [] }
    }

    /// Returns once everything submitted so far is written: it outlives the process, though not yet the machine.
    package func written() async {
        _ = await committed(durably: false)
    }

    /// Lets a message out of quarantine; returns once that is on disk.
    ///
    /// It goes on at `step`, or, without one, at the step that put it there; under the pipeline's version of that
    /// digest, or the one it had. Tries are counted from now on.
    ///
    /// - Throws: ``QueueError/unknownMessage(_:)`` if no such message is in quarantine.
    package func release(_ id: MessageID, from step: String? = nil, into digest: String? = nil) async throws {
        try await submitDurably { (state, now) throws(QueueError) in
            [try state.release(id, from: step, into: digest, now: now)]
        }
    }

    /// Puts all that is pending under a version, and is with nobody, into quarantine; returns how many messages.
    ///
    /// Each is kept for the step at which it waited, or, if it waited at none, for `step`.
    package func quarantine(_ version: PipelineVersion, step: String, reason: String) async throws(QueueError) -> Int {
        var count = 0
        try await submitDurably { state, now in
            let waiting = state.messages.filter { $0.version == version && $0.isWaiting }
            count = waiting.count
            state.lines[version]?.ready = PriorityHeap()
            return waiting.compactMap { entry in
                let held = RecipientState.quarantined(step: entry.state.step ?? step, reason: reason)
                return state.apply(
                    Update(id: entry.id, recipients: entry.state.recipients.indices.map { ($0, held) }), now: now)
            }
        }
        return count
    }

    private func submit(_ change: (inout QueueState, Timestamp) -> [PreparedRecord]) {
        let now = now()
        let (handouts, isEnough) = monitor.withLock { state -> ([QueueState.Handout], Bool) in
            for record in change(&state, now) { state.inbox.append(QueueState.Submission(record: record)) }
            return (state.handOut(), state.wakeUpSize == 0)
        }
        if isEnough { monitor.signal() }
        for handout in handouts { handout.continuation.resume(returning: handout.messages) }
    }

    private func submitDurably(
        _ change: (inout QueueState, Timestamp) throws(QueueError) -> [PreparedRecord]
    ) async throws(QueueError) {
        let now = now()
        try monitor.withLock { (state) throws(QueueError) in
            guard state.mode != .closed else { throw .closed }
            for record in try change(&state, now) {
                state.inbox.append(QueueState.Submission(record: record, isAwaited: true))
            }
        }
        if let failure = await committed(durably: true) { throw failure }
    }

    /// Waits until everything submitted so far is written or durable.
    private func committed(durably: Bool) async -> QueueError? {
        await withUnsafeContinuation { continuation in
            let isStopped = monitor.withLock { state in
                if !state.isStopped {
                    state.inbox.append(QueueState.Submission(isAwaited: durably, completion: continuation))
                }
                return state.isStopped
            }
            if isStopped { continuation.resume(returning: nil) } else { monitor.signal() }
        }
    }
}
