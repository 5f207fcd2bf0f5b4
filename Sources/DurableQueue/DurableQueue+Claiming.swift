import Bytes
package import StageKit

extension DurableQueue {
    /// Claims messages of one version of a pipeline that are due, in the order of arrival; waits until there is one.
    ///
    /// A claimed message is with its claimant until an update settles or postpones it, or ``giveBack(_:)``.
    ///
    /// - Returns: At least one message; none when the queue drains or is closed, or the task is cancelled.
    package func claim(_ version: PipelineVersion, upTo limit: Int) async -> [QueuedMessage] {
        while true {
            let claimed = await nextClaim(version, max(limit, 1))
            if claimed.isEmpty { return [] }
            let messages = await contents(of: claimed)
            if !messages.isEmpty { return messages }
        }
    }

    /// Takes claimed messages back, unchanged and due.
    package func giveBack(_ ids: [MessageID]) {
        let handouts = monitor.withLock { state in
            for id in ids where state.entries[id]?.entry.phase == .claimed { state.makeReady(id) }
            return state.handOut()
        }
        for handout in handouts { handout.continuation.resume(returning: handout.messages) }
    }

    private func nextClaim(_ version: PipelineVersion, _ limit: Int) async -> [Claimed] {
        let number = monitor.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let messages: [Claimed]? = monitor.withLock { state in
                    // Within the lock, so that a cancellation either is seen here or finds the waiter.
                    guard state.mode == .open, !Task.isCancelled else { return [] }
                    let messages = state.take(from: version, upTo: limit)
                    guard messages.isEmpty else { return messages }
                    state.lines[version, default: QueueState.Line()].waiters.append(
                        QueueState.Waiter(number: number, limit: limit, continuation: continuation))
                    return nil
                }
                if let messages { continuation.resume(returning: messages) }
            }
        } onCancel: {
            let waiter = monitor.withLock { state -> QueueState.Waiter? in
                guard let index = state.lines[version]?.waiters.firstIndex(where: { $0.number == number }) else {
                    return nil
                }
                defer { state.removeLine(version) }
                return state.lines[version]?.waiters.remove(at: index)
            }
            waiter?.continuation.resume(returning: [])
        }
    }

    /// Completes claimed messages, in their order; those that are damaged go to quarantine.
    private func contents(of claimed: [Claimed]) async -> [QueuedMessage] {
        guard claimed.contains(where: { $0.location != nil }) else { return claimed.map(\.message) }
        let read = await read(claimed)
        record(
            zip(claimed, read).compactMap { claim, result in
                guard case .failure(let error) = result else { return nil }
                return outcome(of: error, claim.message)
            })
        return read.compactMap { result in
            guard case .success(let message) = result else { return nil }
            return message
        }
    }

    /// What is damaged is kept aside; what cannot be read for now, for want of descriptors say, is tried again.
    private func outcome(of error: QueueError, _ message: QueuedMessage) -> Update {
        let step = message.step ?? ""
        guard case .unreadable = error else {
            let until = now() + Self.readingPause
            return Update(
                id: message.id,
                postponement: Postponement(until: until, step: step, reason: "\(error)", progress: message.progress))
        }
        let state = RecipientState.quarantined(step: step, reason: "\(error)")
        return Update(id: message.id, recipients: message.recipients.indices.map { ($0, state) })
    }

    /// Long enough for a flood of connections to pass.
    private static let readingPause: Duration = .seconds(60)

    /// Reads messages on the reading thread.
    func read(_ claimed: [Claimed]) async -> [Result<QueuedMessage, QueueError>] {
        let monitor = monitor
        return await withUnsafeContinuation { continuation in
            let isAccepted = reading.withLock { state in
                guard !state.isClosed else { return false }
                state.jobs.append(
                    ReadingState.Job(
                        claimed: claimed,
                        location: { id in monitor.withLock { $0.entries[id]?.entry.location } },
                        continuation: continuation))
                return true
            }
            if isAccepted {
                reading.signal()
            } else {
                continuation.resume(returning: claimed.map { _ in .failure(.closed) })
            }
        }
    }
}
