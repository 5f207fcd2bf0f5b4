import Bytes
package import StageKit

extension DurableQueue {
    /// What became of everything received, by pipeline.
    package func ledger() -> [String: Ledger] {
        monitor.withLock { $0.ledgers }
    }

    /// The pending messages, oldest first; O(n log n).
    package func pending(limit: Int) -> [PendingSummary] {
        monitor.withLock { state in
            state.entries.values.filter { $0.phase != .held }.sorted { $0.arrival < $1.arrival }.prefix(limit).map {
                PendingSummary(
                    id: $0.id, pipeline: $0.pipeline, received: $0.received, size: ByteCount(octets: $0.size),
                    recipients: $0.state.recipients.count(where: \.isPending), attempts: $0.state.attempts,
                    step: $0.state.step, until: $0.state.until, reason: $0.state.reason)
            }
        }
    }

    /// The messages in quarantine, oldest first; O(n log n).
    package func quarantined() -> [QuarantineSummary] {
        monitor.withLock { state in
            state.entries.values.filter { $0.phase == .held }.sorted { $0.arrival < $1.arrival }.map { entry in
                QuarantineSummary(
                    id: entry.id, pipeline: entry.pipeline, received: entry.received,
                    size: ByteCount(octets: entry.size),
                    recipients: entry.state.recipients.count(where: \.isQuarantined),
                    step: entry.state.quarantine?.step ?? "", reason: entry.state.quarantine?.reason ?? "")
            }
        }
    }

    /// A message in quarantine, to look at; `nil` if it is not there.
    ///
    /// Blocks while it is read.
    package func quarantinedMessage(_ id: MessageID) throws -> QueuedMessage? {
        guard let entry = monitor.withLock({ $0.entries[id] }), entry.phase == .held else { return nil }
        let (record, content) = try reader.read(id, at: entry.location)
        return Claimed(entry: entry).message(head: record.head, content: content)
    }
}
