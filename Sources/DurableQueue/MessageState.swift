import Bytes

/// Everything about a message that changes after it was accepted.
struct MessageState: Equatable {
    /// A step that was begun and has no outcome yet.
    struct Marker: Equatable {
        var step: String
        var count: Int
    }

    var recipients: [RecipientState]
    var attempts = 0
    var step: String?
    var progress: [UInt8] = []
    var reason: String?
    /// The next attempt, and when that was decided.
    var until: Timestamp?
    var decided = Timestamp(microseconds: 0)
    /// When an operator let it out of quarantine last; tries are counted in time from then on.
    var released: Timestamp?
    /// The version of the pipeline to which that moved it; `nil` is the one that accepted it.
    var digest: String?
    /// In the order in which they were begun last.
    var markers: [Marker] = []

    /// The column of the ledger in which the whole message counts.
    var fate: Fate { recipients.lazy.map(\.fate).max() ?? .delivered }

    /// The first quarantined recipient's step and reason.
    var quarantine: (step: String, reason: String)? {
        for case .quarantined(let step, let reason) in recipients { return (step, reason) }
        return nil
    }

    init(
        _ disposition: Disposition, recipientCount: Int, settled: [(index: Int, state: RecipientState)] = []
    ) {
        let state: RecipientState =
            switch disposition {
            case .deliver: .pending
            case .quarantine(let step, let reason): .quarantined(step: step, reason: reason)
            case .discard(let step, let reason): .discarded(step: step, reason: reason)
            }
        recipients = Array(repeating: state, count: max(recipientCount, 1))
        guard disposition == .deliver else { return }
        for (index, state) in settled where recipients.indices.contains(index) { recipients[index] = state }
    }

    mutating func apply(_ change: StateChange) {
        for settled in change.settled where settled.index < recipients.count {
            recipients[settled.index] = settled.state
        }
        markers = []
        guard let plan = change.plan else { return }
        attempts = plan.attempts
        step = plan.step
        progress = plan.progress
        reason = plan.reason
        until = plan.until
        released = plan.released
        digest = plan.digest
        decided = change.decided
    }

    mutating func mark(_ marker: Marker) {
        markers.removeAll { $0.step == marker.step }
        // None is how an attempt is recorded that the process has outlived.
        if marker.count > 0 { markers.append(marker) }
    }

    /// The count that a further attempt at a step gets.
    func nextCount(for step: String) -> Int {
        (markers.first { $0.step == step }?.count ?? 0) + 1
    }
}

/// One change of a message's state, as a record of the journal holds it.
///
/// It tells outcomes, not differences, so that applying it twice is applying it once; only the ledger's part is a
/// difference, which is added up in the order of the journal.
struct StateChange: Equatable {
    struct Settled: Equatable {
        var index: Int
        var state: RecipientState
    }

    /// How to go on with a message that is pending, or was released.
    struct Plan: Equatable {
        var attempts: Int
        var step: String?
        var until: Timestamp?
        var reason: String?
        var progress: [UInt8]
        var released: Timestamp?
        var digest: String?
    }

    var settled: [Settled]
    var plan: Plan?
    var decided: Timestamp
}

extension MessageState {
    /// What settling (or, for a release, unsettling) recipients changes in the ledger.
    func ledgerChange(to after: MessageState) -> Ledger {
        var ledger = Ledger()
        for (old, new) in zip(recipients, after.recipients) where old.fate != new.fate {
            ledger.recipients.count(old.fate, -1)
            ledger.recipients.count(new.fate, 1)
        }
        ledger.countDiscards(zip(recipients, after.recipients).lazy.filter { $0.fate != $1.fate }.map(\.1))
        if fate != after.fate {
            ledger.messages.count(fate, -1)
            ledger.messages.count(after.fate, 1)
        }
        return ledger
    }

    /// What it changes in the ledger that all who are pending have the message and it is finished; `nil` if `settled`
    /// says something else, or not in their order.
    func ledgerOfDelivery(_ settled: [(index: Int, state: RecipientState)]) -> Ledger? {
        guard !settled.isEmpty, settled.allSatisfy({ $0.state.fate == .delivered }) else { return nil }
        let pending = recipients.indices.lazy.filter { recipients[$0].isPending }
        guard pending.elementsEqual(settled.lazy.map(\.index)) else { return nil }
        let fate = recipients.lazy.map { $0.isPending ? .delivered : $0.fate }.max() ?? .delivered
        guard fate < .quarantined else { return nil }
        var ledger = Ledger()
        ledger.recipients.count(.pending, -settled.count)
        ledger.recipients.count(.delivered, settled.count)
        ledger.messages.count(.pending, -1)
        ledger.messages.count(fate, 1)
        return ledger
    }

    /// What the message adds to the ledger when it is received.
    var receivedLedger: Ledger {
        var ledger = Ledger()
        ledger.messages.received = 1
        ledger.messages.count(fate, 1)
        ledger.recipients.received = recipients.count
        for recipient in recipients { ledger.recipients.count(recipient.fate, 1) }
        ledger.countDiscards(recipients)
        return ledger
    }

    /// What the message holds of the ledger's open columns.
    var openLedger: Ledger {
        var ledger = Ledger()
        if fate >= .quarantined { ledger.messages.count(fate, 1) }
        for recipient in recipients where recipient.fate >= .quarantined { ledger.recipients.count(recipient.fate, 1) }
        return ledger
    }
}
