import Bytes
import DurableQueue
import StageKit

/// What `sluice queue` shows: the ledger of every pipeline and what waits.
struct QueueAnswer: Codable {
    /// What became of a pipeline's mail, counted in messages.
    struct Row: Codable {
        var received = 0
        var delivered = 0
        var bounced = 0
        var quarantined = 0
        var discarded = 0
        var pending = 0
        /// Lost with a damaged part of the journal; 0 on a sound disk.
        var unreadable = 0
        /// Whether everything received is accounted for.
        var isBalanced = true
    }

    /// One waiting message.
    struct Waiting: Codable {
        let id: String
        let pipeline: String
        let received: String
        let size: Int
        let recipients: Int
        let attempts: Int
        let step: String?
        let until: String?
        let reason: String?
    }

    /// How many waiting messages are listed.
    static let listLimit = 1_000

    var pipelines: [String: Row]
    var pending: [Waiting]

    /// - Parameters:
    ///   - queue: The queue.
    ///   - names: The pipelines of the present files; those that have had no mail yet are shown, too.
    init(_ queue: DurableQueue, pipelines names: [String]) {
        let empty = Dictionary(uniqueKeysWithValues: names.map { ($0, Ledger()) })
        pipelines = queue.ledger().merging(empty) { known, _ in known }.mapValues { ledger in
            let tally = ledger.messages
            return Row(
                received: tally.received, delivered: tally.delivered, bounced: tally.bounced,
                quarantined: tally.quarantined, discarded: tally.discarded, pending: tally.pending,
                unreadable: tally.unreadable, isBalanced: ledger.isBalanced)
        }
        pending = queue.pending(limit: Self.listLimit).map { waiting in
            Waiting(
                id: waiting.id.description, pipeline: waiting.pipeline.name, received: waiting.received.shown,
                size: waiting.size.octets, recipients: waiting.recipients, attempts: waiting.attempts,
                step: waiting.step, until: waiting.until?.shown, reason: waiting.reason)
        }
    }
}

/// One message in quarantine.
struct QuarantineAnswer: Codable {
    let id: String
    let pipeline: String
    let received: String
    let size: Int
    let recipients: Int
    let step: String
    let reason: String

    init(_ held: QuarantineSummary) {
        id = held.id.description
        pipeline = held.pipeline.name
        received = held.received.shown
        size = held.size.octets
        recipients = held.recipients
        step = held.step
        reason = held.reason
    }
}

/// What `sluice search` and `sluice mail list` show.
struct SearchAnswer: Codable {
    /// One mail.
    struct Hit: Codable {
        let id: UInt32
        let date: String
        let from: String
        let subject: String
        let mailbox: String
        let size: Int
        let attachments: Int
        let isUnread: Bool
        let preview: String
    }

    /// How many mails match in all.
    var total: Int
    var hits: [Hit]
    /// What to give as `--before` for the next page.
    var next: UInt32?
    /// For words that no mail has, the nearest that some have; only if nothing was found.
    var suggestions: [Suggestion]?
    /// Whether mails are being indexed anew, so that some may be missing.
    var mayMissMails: Bool?

    /// A word of the query and what may have been meant.
    struct Suggestion: Codable {
        let word: String
        let replacement: String
    }
}
