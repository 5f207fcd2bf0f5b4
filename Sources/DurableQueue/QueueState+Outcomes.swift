import Bytes
import StageKit

extension QueueState {
    /// Messages of one pipeline that end together.
    private struct Delivered {
        var ids: [MessageID] = []
        var ledger = Ledger()
        /// The oldest in which one of them stands.
        var segment = UInt64.max

        mutating func add(_ entry: Entry, _ ledger: Ledger) {
            ids.append(entry.id)
            self.ledger.add(ledger)
            segment = min(segment, entry.location.segment)
        }
    }

    /// Applies updates, and returns the records that say so: one for all messages of a pipeline that are simply
    /// delivered, which are nearly all.
    mutating func apply(_ updates: some Sequence<Update>, now: Timestamp) -> [PreparedRecord] {
        var records: [PreparedRecord] = []
        var delivered = FewKeys<String, Delivered>()
        for update in updates {
            if !deliver(update, &delivered), let record = apply(update, now: now) { records.append(record) }
        }
        for name in delivered.keys {
            guard let these = delivered[name] else { continue }
            let record = Record.delivered(these.ids, pipeline: name, these.ledger)
            records.append(PreparedRecord(record, about: these.segment))
        }
        return records
    }

    /// Ends a message if an update says that all who were pending have it; whether that is so.
    private mutating func deliver(_ update: Update, _ delivered: inout FewKeys<String, Delivered>) -> Bool {
        guard update.postponement == nil, let message = entries[update.id],
            let ledger = message.entry.state.ledgerOfDelivery(update.recipients)
        else { return false }
        let name = message.entry.pipeline.name
        ledgers[name, default: Ledger()].add(ledger)
        open[name, default: Ledger()].add(ledger.open)
        delivered[name, default: Delivered()].add(message.entry, ledger)
        remove(update.id)
        return true
    }

    /// Applies an update, and returns the record that says so; nothing if it changes nothing.
    mutating func apply(_ update: Update, now: Timestamp) -> PreparedRecord? {
        guard let message = entries[update.id] else { return nil }
        let entry = message.entry
        var settled: [StateChange.Settled] = []
        for (index, state) in update.recipients
        where !state.isPending && entry.state.recipients.indices.contains(index)
            && entry.state.recipients[index].isPending
        {
            settled.append(StateChange.Settled(index: index, state: state))
        }
        guard !settled.isEmpty || update.postponement != nil else { return nil }
        let plan = update.postponement.map { postponement in
            StateChange.Plan(
                attempts: entry.state.attempts + 1, step: postponement.step, until: postponement.until,
                reason: postponement.reason, progress: postponement.progress, released: entry.state.released,
                digest: entry.state.digest)
        }
        let (record, state) = apply(StateChange(settled: settled, plan: plan, decided: now), to: entry)
        let fate = state.fate
        guard fate >= .quarantined else {
            remove(update.id)
            return record
        }
        message.entry.state = state
        if fate == .quarantined {
            message.entry.phase = .held
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
        guard let message = entries[id], message.entry.phase == .held, message.entry.state.quarantine != nil else {
            throw .unknownMessage(id)
        }
        let entry = message.entry
        let settled = entry.state.recipients.enumerated().filter { $0.element.isQuarantined }
            .map { StateChange.Settled(index: $0.offset, state: .pending) }
        let plan = StateChange.Plan(
            attempts: 0, step: step ?? entry.state.step, until: nil, reason: nil,
            progress: entry.state.progress, released: now, digest: digest ?? entry.state.digest)
        let (record, state) = apply(StateChange(settled: settled, plan: plan, decided: now), to: entry)
        message.entry.state = state
        begin(message.entry.version)
        makeReady(id)
        return record
    }

    /// Counts an attempt at a step for each message.
    mutating func mark(_ ids: [MessageID], step: String) -> PreparedRecord? {
        var marked: [(id: MessageID, count: Int)] = []
        for id in ids {
            guard let message = entries[id] else { continue }
            let count = message.entry.state.nextCount(for: step)
            message.entry.state.mark(MessageState.Marker(step: step, count: count))
            marked.append((id, count))
        }
        return marked.isEmpty ? nil : PreparedRecord(.attempted(step: step, marked))
    }

    /// Forgets the attempts at a step of those messages that have any.
    mutating func unmark(_ ids: [MessageID], step: String) -> PreparedRecord? {
        let marked = ids.filter { id in entries[id]?.entry.state.markers.contains { $0.step == step } ?? false }
        for id in marked { entries[id]?.entry.state.mark(MessageState.Marker(step: step, count: 0)) }
        return marked.isEmpty ? nil : PreparedRecord(.attempted(step: step, marked.map { ($0, 0) }))
    }

    /// Counts a change, and returns its record and the state that it leads to.
    private mutating func apply(_ change: StateChange, to entry: Entry) -> (PreparedRecord, MessageState) {
        var state = entry.state
        state.apply(change)
        let ledger = entry.state.ledgerChange(to: state)
        ledgers[entry.pipeline.name, default: Ledger()].add(ledger)
        open[entry.pipeline.name, default: Ledger()].add(ledger.open)
        let record = PreparedRecord(
            .changed(entry.id, pipeline: entry.pipeline.name, change, ledger), about: entry.location.segment)
        return (record, state)
    }
}
