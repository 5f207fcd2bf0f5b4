import Bytes
import DurableQueue
import StageKit

/// One message on its way through the delivering steps.
struct DeliveryJob: Sendable {
    /// Why and where recipients wait for another attempt.
    struct Setback: Sendable {
        let stepIndex: Int
        let reason: String
        /// Whether the failure will not pass, so that another attempt is in vain.
        let isPermanent: Bool
        let recipients: [Recipient]
    }

    /// The message; its recipients are those who still go on.
    var message: Message
    /// From when on it is tried: when it was received, or let out of quarantine.
    let begun: Timestamp
    /// How many attempts failed before this one.
    let attempts: Int
    /// What has become of the others in this attempt.
    var settled: [(index: Int, state: RecipientState)] = []
    /// Those who are in quarantine, with their facts: a release goes on with them.
    private var aside: [Recipient] = []
    /// What failed in this attempt.
    var setbacks: [Setback] = []
    /// The step it goes to next.
    var stepIndex: Int

    /// Whether the message comes from an earlier life of the process.
    let isRecovered: Bool
    /// Whether it was at a step when the process ended: it may be what ended it.
    let isSuspect: Bool

    /// A message as the queue hands it out, or as the session has just handed it over.
    ///
    /// - Throws: ``MalformedRecord`` if the head in the queue cannot be read.
    init(_ queued: QueuedMessage, handedOver: Message? = nil, stepIndex: Int) throws(MalformedRecord) {
        isRecovered = queued.isRecovered
        isSuspect = queued.isSuspect
        if let handedOver {
            message = handedOver
        } else {
            message = try MessageHead.decode(
                queued.head, id: queued.id, received: queued.received, content: queued.content)
        }
        // The queue knows recipients by their places, so a head with more or fewer is not this message's.
        guard message.recipients.count == queued.recipients.count else { throw MalformedRecord() }
        attempts = queued.attempts
        begun = queued.released ?? queued.received
        self.stepIndex = stepIndex
        if !queued.progress.isEmpty { try restore(queued.progress) }
        aside = message.recipients.filter { queued.recipients[$0.index].isQuarantined }
        message.recipients.removeAll { recipient in
            !queued.recipients[recipient.index].isPending
        }
    }

    /// Whether nobody goes on.
    var isDone: Bool { message.recipients.isEmpty }

    /// The facts as they are now, for the next attempt.
    var progress: [UInt8] {
        var writer = OctetWriter()
        FactCoding.append(message.facts, to: &writer)
        let others = setbacks.flatMap(\.recipients) + aside
        writer.append(count: others.count)
        for recipient in others {
            writer.append(count: recipient.index)
            FactCoding.append(recipient.facts, to: &writer)
        }
        return writer.bytes
    }

    /// The message's facts in progress that was noted.
    static func facts(in progress: [UInt8]) throws(MalformedRecord) -> Facts {
        try Octets(progress).withUnsafeBytes { bytes throws(MalformedRecord) in
            var reader = OctetReader(bytes)
            return try FactCoding.facts(from: &reader)
        }
    }

    private mutating func restore(_ progress: [UInt8]) throws(MalformedRecord) {
        try Octets(progress).withUnsafeBytes { bytes throws(MalformedRecord) in
            var reader = OctetReader(bytes)
            message.facts = try FactCoding.facts(from: &reader)
            for _ in 0..<(try reader.countOfItems()) {
                let index = try reader.count()
                let facts = try FactCoding.facts(from: &reader)
                if message.recipients.indices.contains(index) { message.recipients[index].facts = facts }
            }
        }
    }
}

extension DeliveryJob {
    /// Everybody goes on.
    mutating func proceed() {
        stepIndex += 1
    }

    /// Everybody waits for another attempt at this step, or none if the failure is permanent.
    mutating func setBack(reason: String, isPermanent: Bool) {
        setbacks.append(
            Setback(
                stepIndex: stepIndex, reason: reason, isPermanent: isPermanent, recipients: message.recipients))
        message.recipients = []
    }

    /// What a step decided.
    mutating func apply(_ verdict: Verdict, step: String) {
        switch verdict {
        case .proceed: proceed()
        case .perRecipient(let verdicts): apply(verdicts, step: step)
        case .postpone, .reject, .discard, .quarantine:
            for recipient in message.recipients { leave(recipient, verdict, step: step) }
            message.recipients = []
        }
    }

    /// One verdict for each recipient, as ``StageContract`` has seen.
    private mutating func apply(_ verdicts: [Verdict], step: String) {
        var onward: [Recipient] = []
        for (recipient, verdict) in zip(message.recipients, verdicts) {
            if verdict == .proceed {
                onward.append(recipient)
            } else {
                leave(recipient, verdict, step: step)
            }
        }
        message.recipients = onward
        stepIndex += 1
    }

    private mutating func leave(_ recipient: Recipient, _ verdict: Verdict, step: String) {
        switch verdict {
        case .discard(let reason): settled.append((recipient.index, .discarded(step: step, reason: reason)))
        case .quarantine(let reason):
            settled.append((recipient.index, .quarantined(step: step, reason: reason)))
            aside.append(recipient)
        case .postpone(_, let reason):
            setbacks.append(
                Setback(stepIndex: stepIndex, reason: reason, isPermanent: false, recipients: [recipient]))
        case .reject(_, let reason):
            setbacks.append(
                Setback(stepIndex: stepIndex, reason: reason, isPermanent: true, recipients: [recipient]))
        case .proceed, .perRecipient:
            setbacks.append(
                Setback(
                    stepIndex: stepIndex, reason: "\(step) gave a nested verdict", isPermanent: false,
                    recipients: [recipient]))
        }
    }
}
