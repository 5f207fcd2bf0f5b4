import Bytes
import StageKit

extension Record {
    /// Reads a payload whose checksum is right.
    init(_ kind: RecordHeader.Kind, payload: UnsafeRawBufferPointer) throws(MalformedRecord) {
        var reader = OctetReader(payload)
        switch kind {
        case .checkpoint: self = .checkpoint(try reader.checkpoint(hasReasons: false))
        case .checkpointWithReasons: self = .checkpoint(try reader.checkpoint(hasReasons: true))
        case .accepted: self = .accepted(try reader.message())
        case .carried: self = .carried(try reader.message())
        case .acceptedSpooled: self = .accepted(try reader.spooledMessage())
        case .carriedSpooled: self = .carried(try reader.spooledMessage())
        case .changed:
            let (id, pipeline) = (try reader.id(), try reader.text())
            let change = try reader.change()
            var ledger = try reader.ledger()
            ledger.countDiscards(change.settled.lazy.map(\.state))
            self = .changed(id, pipeline: pipeline, change, ledger)
        case .delivered:
            let (pipeline, ledger) = (try reader.text(), try reader.ledger())
            var ids: [MessageID] = []
            for _ in 0..<(try reader.countOfItems()) { ids.append(try reader.id()) }
            self = .delivered(ids, pipeline: pipeline, ledger)
        case .attempted:
            let step = try reader.text()
            var messages: [(id: MessageID, count: Int)] = []
            for _ in 0..<(try reader.countOfItems()) { messages.append((try reader.id(), try reader.count())) }
            self = .attempted(step: step, messages)
        case .retired: self = .retired(through: try reader.uint64())
        }
    }
}

extension OctetReader {
    mutating func id() throws(MalformedRecord) -> MessageID {
        MessageID(high: try uint64(), low: try uint64())
    }

    fileprivate mutating func checkpoint(hasReasons: Bool) throws(MalformedRecord) -> Checkpoint {
        var ledgers: [String: Ledger] = [:]
        for _ in 0..<(try countOfItems()) {
            let name = try text()
            var ledger = try ledger()
            for _ in 0..<(hasReasons ? try countOfItems() : 0) {
                ledger.count(Discard(step: try text(), reason: try text()), try count())
            }
            ledgers[name] = ledger
        }
        var segments: [Checkpoint.Segment] = []
        for _ in 0..<(try countOfItems()) {
            segments.append(Checkpoint.Segment(number: try uint64(), end: try uint64(), count: try count()))
        }
        return Checkpoint(ledgers: ledgers, segments: segments)
    }

    mutating func message() throws(MalformedRecord) -> MessageRecord {
        MessageRecord(
            id: try id(),
            pipeline: PipelineVersion(name: try text(), digest: try text()),
            received: Timestamp(microseconds: try int64()),
            arrival: try uint64(),
            state: try state(),
            head: try octets(),
            contentCount: remaining)
    }

    /// A message whose content is elsewhere: what stands behind the rest says where.
    mutating func spooledMessage() throws(MalformedRecord) -> MessageRecord {
        var message = try message()
        message.contentCount = 0
        guard let count = Int(exactly: try uint64()) else { throw MalformedRecord() }
        message.spooled = SpooledContent(count: count, checksum: try uint32())
        return message
    }

    private mutating func state() throws(MalformedRecord) -> MessageState {
        var state = MessageState(.deliver, recipientCount: 1)
        state.recipients = []
        for _ in 0..<(try countOfItems()) { state.recipients.append(try recipient()) }
        let plan = try plan()
        state.attempts = plan.attempts
        state.step = plan.step
        state.until = plan.until
        state.reason = plan.reason
        state.progress = plan.progress
        state.released = plan.released
        state.digest = plan.digest
        state.decided = Timestamp(microseconds: try int64())
        for _ in 0..<(try countOfItems()) {
            state.markers.append(MessageState.Marker(step: try text(), count: try count()))
        }
        return state
    }

    private mutating func recipient() throws(MalformedRecord) -> RecipientState {
        switch try byte() {
        case 0: .pending
        case 1: .delivered
        case 2: .bounced(reason: try text())
        case 3: .discarded(step: "", reason: try text())
        case 4: .quarantined(step: try text(), reason: try text())
        case 5: .discarded(step: try text(), reason: try text())
        default: throw MalformedRecord()
        }
    }

    fileprivate mutating func change() throws(MalformedRecord) -> StateChange {
        var settled: [StateChange.Settled] = []
        for _ in 0..<(try countOfItems()) {
            settled.append(StateChange.Settled(index: try count(), state: try recipient()))
        }
        let plan = try byte() == 0 ? nil : try plan()
        return StateChange(settled: settled, plan: plan, decided: Timestamp(microseconds: try int64()))
    }

    private mutating func plan() throws(MalformedRecord) -> StateChange.Plan {
        let attempts = try count()
        let present = try byte()
        return StateChange.Plan(
            attempts: attempts,
            step: present & 1 == 0 ? nil : try text(),
            until: present & 2 == 0 ? nil : Timestamp(microseconds: try int64()),
            reason: present & 4 == 0 ? nil : try text(),
            progress: try octets(),
            released: present & 8 == 0 ? nil : Timestamp(microseconds: try int64()),
            digest: present & 16 == 0 ? nil : try text())
    }

    fileprivate mutating func ledger() throws(MalformedRecord) -> Ledger {
        var ledger = Ledger()
        for index in ledger.recipients.columns.indices { ledger.recipients.columns[index] = try difference() }
        for index in ledger.messages.columns.indices { ledger.messages.columns[index] = try difference() }
        return ledger
    }
}
