import Bytes
import StageKit

extension QueueState {
    /// Applies an update, and returns the record that says so; nothing if it changes nothing.
    mutating func apply(_ update: Update, now: Timestamp) -> PreparedRecord? {
        guard let entry = entries[update.id] else { return nil }
        let settled = update.recipients.filter { index, state in
            !state.isPending && entry.state.recipients.indices.contains(index)
                && entry.state.recipients[index].isPending
        }
        guard !settled.isEmpty || update.postponement != nil else { return nil }
        let plan = update.postponement.map { postponement in
            StateChange.Plan(
                attempts: entry.state.attempts + 1, step: postponement.step, until: postponement.until,
                reason: postponement.reason, progress: postponement.progress, released: entry.state.released,
                digest: entry.state.digest)
        }
        let change = StateChange(
            settled: settled.map { StateChange.Settled(index: $0.index, state: $0.state) }, plan: plan, decided: now)
        let record = apply(change, to: entry)
        guard let fate = entries[update.id]?.state.fate else { return record }
        if fate < .quarantined {
            remove(update.id)
        } else if fate == .quarantined {
            entries[update.id]?.phase = .held
            uncache(update.id)
            if entry.phase != .held { end(entry.version) }
        } else if let plan, let until = plan.until {
            postpone(update.id, until: until, decided: now, now: now)
        }
        return record
    }

    /// Lets a message out of quarantine: to a step, or to the one for which its progress was noted when it was put
    /// there; without one, to the first, since steps are idempotent.
    mutating func release(
        _ id: MessageID, from step: String?, into digest: String?, now: Timestamp
    ) throws(QueueError) -> PreparedRecord {
        guard let entry = entries[id], entry.phase == .held, entry.state.quarantine != nil else {
            throw .unknownMessage(id)
        }
        let settled = entry.state.recipients.enumerated().filter { $0.element.isQuarantined }
            .map { StateChange.Settled(index: $0.offset, state: .pending) }
        let plan = StateChange.Plan(
            attempts: 0, step: step ?? entry.state.step, until: nil, reason: nil,
            progress: entry.state.progress, released: now, digest: digest ?? entry.state.digest)
        let record = apply(StateChange(settled: settled, plan: plan, decided: now), to: entry)
        if let version = entries[id]?.version { begin(version) }
        makeReady(id)
        return record
    }

    /// Counts an attempt at a step for each message.
    mutating func mark(_ ids: [MessageID], step: String) -> PreparedRecord? {
        var marked: [(id: MessageID, count: Int)] = []
        for id in ids {
            guard let count = entries[id]?.state.nextCount(for: step) else { continue }
            entries[id]?.state.mark(MessageState.Marker(step: step, count: count))
            marked.append((id, count))
        }
        return marked.isEmpty ? nil : PreparedRecord(.attempted(step: step, marked))
    }

    /// Forgets the attempts at a step of those messages that have any.
    mutating func unmark(_ ids: [MessageID], step: String) -> PreparedRecord? {
        let marked = ids.filter { id in entries[id]?.state.markers.contains { $0.step == step } ?? false }
        for id in marked { entries[id]?.state.mark(MessageState.Marker(step: step, count: 0)) }
        return marked.isEmpty ? nil : PreparedRecord(.attempted(step: step, marked.map { ($0, 0) }))
    }

    private mutating func apply(_ change: StateChange, to entry: Entry) -> PreparedRecord {
        let ledger = entry.state.ledgerChange(by: change)
        ledgers[entry.pipeline.name, default: Ledger()].add(ledger)
        var state = entry.state
        state.apply(change)
        open[entry.pipeline.name, default: Ledger()].subtract(entry.state.openLedger)
        open[entry.pipeline.name, default: Ledger()].add(state.openLedger)
        entries[entry.id]?.state = state
        return PreparedRecord(
            .changed(entry.id, pipeline: entry.pipeline.name, change, ledger), about: entry.location.segment)
    }
}
