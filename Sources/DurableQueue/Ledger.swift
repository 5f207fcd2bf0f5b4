/// What became of everything that a pipeline received.
package struct Ledger: Sendable, Hashable {
    /// Counted in recipients.
    package var recipients = Tally()
    /// Counted in messages: pending while one recipient is, then by the worst that befell one of them.
    package var messages = Tally()
    /// Why so many recipients were discarded.
    package var discards: [Discard: Int] = [:]

    package init() {}

    /// Whether everything received is accounted for.
    package var isBalanced: Bool { recipients.isBalanced && messages.isBalanced && hasReasons }

    /// Whether each discarded recipient has a reason.
    private var hasReasons: Bool { recipients.discarded == discards.values.reduce(0, +) }

    /// What is wrong with it, in words, where this is what is really open.
    func discrepancy(from open: Ledger) -> String? {
        recipients.discrepancy(from: open.recipients).map { "recipients: \($0)" }
            ?? messages.discrepancy(from: open.messages).map { "messages: \($0)" }
            ?? (hasReasons ? nil : "recipients: \(recipients.discarded) were discarded, not all for a reason")
    }

    /// Only its open columns: what is pending or in quarantine.
    var open: Ledger {
        var open = Ledger()
        (open.recipients.pending, open.recipients.quarantined) = (recipients.pending, recipients.quarantined)
        (open.messages.pending, open.messages.quarantined) = (messages.pending, messages.quarantined)
        return open
    }

    mutating func add(_ other: Ledger) {
        recipients.add(other.recipients)
        messages.add(other.messages)
        for (discard, number) in other.discards { count(discard, number) }
    }

    /// Takes away what is open: nothing of that has been discarded.
    mutating func subtract(_ other: Ledger) {
        recipients.subtract(other.recipients)
        messages.subtract(other.messages)
    }
}

/// Received mail by what became of it.
package struct Tally: Sendable, Hashable {
    package var received = 0
    package var delivered = 0
    package var bounced = 0
    package var quarantined = 0
    package var discarded = 0
    package var pending = 0
    /// Lost with a damaged part of the journal.
    package var unreadable = 0

    package init() {}

    /// Whether everything received is accounted for.
    package var isBalanced: Bool {
        received == delivered + bounced + quarantined + discarded + pending + unreadable
    }

    func discrepancy(from open: Tally) -> String? {
        guard isBalanced else {
            let sum = delivered + bounced + quarantined + discarded + pending + unreadable
            return "\(received) were received, and \(sum) are accounted for"
        }
        if pending != open.pending { return "\(pending) are counted as pending, and there are \(open.pending)" }
        guard quarantined != open.quarantined else { return nil }
        return "\(quarantined) are counted as quarantined, and there are \(open.quarantined)"
    }

    /// The columns in the order of the journal.
    ///
    /// On disk; never renumber.
    var columns: [7 of Int] {
        get { [received, delivered, bounced, quarantined, discarded, pending, unreadable] }
        set {
            (received, delivered, bounced) = (newValue[0], newValue[1], newValue[2])
            (quarantined, discarded) = (newValue[3], newValue[4])
            (pending, unreadable) = (newValue[5], newValue[6])
        }
    }

    mutating func add(_ other: Tally) {
        received += other.received
        delivered += other.delivered
        bounced += other.bounced
        quarantined += other.quarantined
        discarded += other.discarded
        pending += other.pending
        unreadable += other.unreadable
    }

    mutating func subtract(_ other: Tally) {
        received -= other.received
        delivered -= other.delivered
        bounced -= other.bounced
        quarantined -= other.quarantined
        discarded -= other.discarded
        pending -= other.pending
        unreadable -= other.unreadable
    }

    /// Counts a fate `count` more (or, negative, fewer) times.
    mutating func count(_ fate: Fate, _ count: Int) {
        switch fate {
        case .delivered: delivered += count
        case .discarded: discarded += count
        case .bounced: bounced += count
        case .quarantined: quarantined += count
        case .pending: pending += count
        }
    }
}

/// A column of the ledger; of a message's recipients the greatest counts.
enum Fate: Int, Comparable {
    case delivered, discarded, bounced, quarantined, pending

    static func < (left: Fate, right: Fate) -> Bool { left.rawValue < right.rawValue }
}

extension RecipientState {
    var fate: Fate {
        switch self {
        case .pending: .pending
        case .delivered: .delivered
        case .bounced: .bounced
        case .discarded: .discarded
        case .quarantined: .quarantined
        }
    }
}
