/// Why recipients' copies were dropped: who said so, and in which words.
package struct Discard: Sendable, Hashable, Comparable {
    /// The step; empty for mail that was dropped before steps were noted.
    package var step: String
    package var reason: String

    package init(step: String, reason: String) {
        self.step = step
        self.reason = reason
    }

    /// How many pairs of step and reason a ledger tells apart: reasons of stages may hold names of files, and a
    /// stranger must not make the ledger grow.
    static let limit = 64
    /// What the ledger counts further reasons under.
    static let otherReasons = "other reasons"
    /// What is discarded without a record that says why.
    static let unknown = Discard(step: "", reason: "not recorded")

    package static func < (left: Discard, right: Discard) -> Bool {
        (left.step, left.reason) < (right.step, right.reason)
    }
}

extension Ledger {
    /// Counts recipients as discarded for a reason.
    mutating func count(_ discard: Discard, _ count: Int) {
        let isKnown = discards[discard] != nil || discards.count < Discard.limit
        let key = isKnown ? discard : Discard(step: discard.step, reason: Discard.otherReasons)
        discards[key, default: 0] += count
        if discards[key] == 0 { discards[key] = nil }
    }

    /// Counts those among recipients who are discarded.
    mutating func countDiscards(_ recipients: some Sequence<RecipientState>) {
        for case .discarded(let step, let reason) in recipients { count(Discard(step: step, reason: reason), 1) }
    }

    /// Counts those without a reason whom the reasons do not cover.
    mutating func squareDiscards() {
        let difference = recipients.discarded - discards.values.reduce(0, +)
        if difference != 0 { count(.unknown, difference) }
    }
}
