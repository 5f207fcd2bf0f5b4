import Bytes
import DurableQueue
import Engine
import PipelineFiles
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
        /// Why so many recipients were discarded; the most frequent first.
        var discards: [Discarded] = []
        /// Whether everything received is accounted for.
        var isBalanced = true
        /// What is wrong if not.
        var discrepancy: String?
    }

    /// How many recipients a step has discarded for one reason.
    struct Discarded: Codable {
        let step: String
        let reason: String
        let recipients: Int
    }

    /// One waiting message.
    struct Waiting: Codable {
        let id: String
        let pipeline: String
        /// The version of the pipeline under which it finishes.
        let version: String
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

    /// The pending messages under one version of a pipeline.
    struct Version: Codable {
        let pipeline: String
        let version: String
        let pending: Int
        /// Whether new mail is accepted under it.
        let isPresent: Bool
    }

    var pipelines: [String: Row]
    var versions: [Version]
    var pending: [Waiting]

    /// - Parameters:
    ///   - queue: The queue.
    ///   - plan: The present files; pipelines that have had no mail yet are shown, too.
    init(_ queue: DurableQueue, _ plan: SitePlan) {
        let present = plan.pipelines.map(\.version)
        let empty = Dictionary(uniqueKeysWithValues: present.map { ($0.name, Ledger()) })
        let discrepancies = queue.discrepancies()
        var rows = queue.ledger().merging(empty) { known, _ in known }.mapValues { ledger in
            let tally = ledger.messages
            return Row(
                received: tally.received, delivered: tally.delivered, bounced: tally.bounced,
                quarantined: tally.quarantined, discarded: tally.discarded, pending: tally.pending,
                unreadable: tally.unreadable, discards: Self.discards(ledger), isBalanced: ledger.isBalanced)
        }
        for (name, text) in discrepancies {
            rows[name, default: Row()].isBalanced = false
            rows[name]?.discrepancy = text
        }
        pipelines = rows
        versions = queue.pendingByVersion().map { version, count in
            Version(
                pipeline: version.name, version: version.digest, pending: count, isPresent: present.contains(version))
        }.sorted { ($0.pipeline, $0.version) < ($1.pipeline, $1.version) }
        pending = queue.pending(limit: Self.listLimit).map { waiting in
            Waiting(
                id: waiting.id.description, pipeline: waiting.pipeline.name,
                version: waiting.pipeline.digest, received: waiting.received.shown,
                size: waiting.size.octets, recipients: waiting.recipients, attempts: waiting.attempts,
                step: waiting.step, until: waiting.until?.shown, reason: waiting.reason)
        }
    }
}

extension QueueAnswer {
    private static func discards(_ ledger: Ledger) -> [Discarded] {
        ledger.discards.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            Discarded(step: $0.key.step, reason: $0.key.reason, recipients: $0.value)
        }
    }
}

/// One message in quarantine.
struct QuarantineAnswer: Codable {
    let id: String
    let pipeline: String
    /// The version of the pipeline under which it was kept aside.
    let version: String
    let received: String
    let size: Int
    let recipients: Int
    let step: String
    let reason: String

    init(_ held: QuarantineSummary) {
        id = held.id.description
        pipeline = held.pipeline.name
        version = held.pipeline.digest
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
        /// Where the text has what was searched for; only of the first hits of a search.
        var snippet: [Piece]?
    }

    /// A piece of a snippet.
    struct Piece: Codable {
        let text: String
        /// Whether the query asked for it.
        let isHit: Bool
    }

    /// How many mails match in all.
    var total: Int
    var hits: [Hit]
    /// What to give as `--after` for the next page.
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
