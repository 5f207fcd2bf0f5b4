import Bytes
import StageKit

extension Record {
    /// The record's kind, and its payload but for a message's content.
    func encoded() -> (kind: RecordHeader.Kind, prefix: [UInt8]) {
        var writer = OctetWriter()
        switch self {
        case .checkpoint(let checkpoint):
            writer.append(checkpoint)
            return (.checkpointWithReasons, writer.bytes)
        case .accepted(let message):
            writer.append(message)
            return (message.spooled == nil ? .accepted : .acceptedSpooled, writer.bytes)
        case .carried(let message):
            writer.append(message)
            return (message.spooled == nil ? .carried : .carriedSpooled, writer.bytes)
        case .changed(let id, let pipeline, let change, let ledger):
            // Enough for one recipient, whose outcome has no reason.
            writer.reserve(64 + pipeline.utf8.count)
            writer.append(id)
            writer.append(pipeline)
            writer.append(change)
            writer.append(ledger)
            return (.changed, writer.bytes)
        case .delivered(let ids, let pipeline, let ledger):
            writer.reserve(64 + pipeline.utf8.count + 16 * ids.count)
            writer.append(pipeline)
            writer.append(ledger)
            writer.append(count: ids.count)
            for id in ids { writer.append(id) }
            return (.delivered, writer.bytes)
        case .attempted(let step, let messages):
            writer.append(step)
            writer.append(count: messages.count)
            for message in messages {
                writer.append(message.id)
                writer.append(count: message.count)
            }
            return (.attempted, writer.bytes)
        case .retired(let number):
            writer.append(number)
            return (.retired, writer.bytes)
        }
    }
}

extension OctetWriter {
    fileprivate mutating func append(_ id: MessageID) {
        append(id.high)
        append(id.low)
    }

    fileprivate mutating func append(_ checkpoint: Checkpoint) {
        append(count: checkpoint.ledgers.count)
        for (name, ledger) in checkpoint.ledgers.sorted(by: { $0.key < $1.key }) {
            append(name)
            append(ledger)
            append(count: ledger.discards.count)
            for (discard, count) in ledger.discards.sorted(by: { $0.key < $1.key }) {
                append(discard.step)
                append(discard.reason)
                append(count: count)
            }
        }
        append(count: checkpoint.segments.count)
        for segment in checkpoint.segments {
            append(segment.number)
            append(segment.end)
            append(count: segment.count)
        }
    }

    fileprivate mutating func append(_ message: MessageRecord) {
        reserve(160 + message.head.count)
        append(message.id)
        append(message.pipeline.name)
        append(message.pipeline.digest)
        append(message.received.microseconds)
        append(message.arrival)
        append(message.state)
        append(message.head)
        guard let spooled = message.spooled else { return }
        append(UInt64(spooled.count))
        append(spooled.checksum)
    }

    fileprivate mutating func append(_ state: MessageState) {
        append(count: state.recipients.count)
        for recipient in state.recipients { append(recipient) }
        append(
            StateChange.Plan(
                attempts: state.attempts, step: state.step, until: state.until, reason: state.reason,
                progress: state.progress, released: state.released, digest: state.digest))
        append(state.decided.microseconds)
        append(count: state.markers.count)
        for marker in state.markers {
            append(marker.step)
            append(count: marker.count)
        }
    }

    // On disk; never renumber.
    private mutating func append(_ recipient: RecipientState) {
        switch recipient {
        case .pending: append(UInt8(0))
        case .delivered: append(UInt8(1))
        case .bounced(let reason):
            append(UInt8(2))
            append(reason)
        case .discarded(let step, let reason):
            append(UInt8(5))
            append(step)
            append(reason)
        case .quarantined(let step, let reason):
            append(UInt8(4))
            append(step)
            append(reason)
        }
    }

    fileprivate mutating func append(_ change: StateChange) {
        append(count: change.settled.count)
        for settled in change.settled {
            append(count: settled.index)
            append(settled.state)
        }
        append(UInt8(change.plan == nil ? 0 : 1))
        if let plan = change.plan { append(plan) }
        append(change.decided.microseconds)
    }

    private mutating func append(_ plan: StateChange.Plan) {
        append(count: plan.attempts)
        var present: UInt8 = 0
        if plan.step != nil { present |= 1 }
        if plan.until != nil { present |= 2 }
        if plan.reason != nil { present |= 4 }
        if plan.released != nil { present |= 8 }
        if plan.digest != nil { present |= 16 }
        append(present)
        if let step = plan.step { append(step) }
        if let until = plan.until { append(until.microseconds) }
        if let reason = plan.reason { append(reason) }
        append(plan.progress)
        if let released = plan.released { append(released.microseconds) }
        if let digest = plan.digest { append(digest) }
    }

    fileprivate mutating func append(_ ledger: Ledger) {
        for tally in [ledger.recipients, ledger.messages] {
            let columns = tally.columns
            for index in columns.indices { append(difference: columns[index]) }
        }
    }
}
