import Bytes
package import StageKit

extension DurableQueue {
    /// What became of everything received, by pipeline.
    package func ledger() -> [String: Ledger] {
        monitor.withLock { $0.ledgers.dictionary }
    }

    /// Where the ledger is wrong, by pipeline, in words: its columns do not add up, or it counts other messages than
    /// there are.
    package func discrepancies() -> [String: String] {
        monitor.withLock { state in
            var found: [String: String] = [:]
            for name in Set(state.ledgers.keys).union(state.open.keys) {
                found[name] = (state.ledgers[name] ?? Ledger()).discrepancy(from: state.open[name] ?? Ledger())
            }
            return found
        }
    }

    /// What was found damaged while the queue was running, since this was called last.
    package func takeFindings() -> [RecoveryReport.Finding] {
        monitor.withLock { state in
            defer { state.findings = [] }
            return state.findings
        }
    }

    /// How many messages are pending, by the version of their pipeline.
    package func pendingByVersion() -> [PipelineVersion: Int] {
        monitor.withLock { $0.lines.dictionary.mapValues(\.pending).filter { $0.value > 0 } }
    }

    /// Whether mail is pending under a version.
    package func isPending(_ version: PipelineVersion) -> Bool {
        monitor.withLock { ($0.lines[version]?.pending ?? 0) > 0 }
    }

    /// The pending messages, oldest first; O(n log n).
    package func pending(limit: Int) -> [PendingSummary] {
        monitor.withLock { state in
            state.messages.filter { $0.phase != .held }.sorted { $0.arrival < $1.arrival }.prefix(limit).map {
                PendingSummary(
                    id: $0.id, pipeline: $0.version, received: $0.received, size: ByteCount(octets: $0.contentCount),
                    recipients: $0.state.recipients.count(where: \.isPending), attempts: $0.state.attempts,
                    step: $0.state.step, until: $0.state.until, reason: $0.state.reason)
            }
        }
    }

    /// The messages in quarantine, oldest first; O(n log n).
    package func quarantined() -> [QuarantineSummary] {
        monitor.withLock { state in
            state.messages.filter { $0.phase == .held }.sorted { $0.arrival < $1.arrival }
                .map { QuarantineSummary($0) }
        }
    }

    /// One message in quarantine; `nil` if it is not there.
    package func quarantined(_ id: MessageID) -> QuarantineSummary? {
        monitor.withLock { state in
            state.entries[id].flatMap { $0.entry.phase == .held ? QuarantineSummary($0.entry) : nil }
        }
    }

    /// A message in quarantine, to look at; `nil` if it is not there.
    package func quarantinedMessage(_ id: MessageID) async throws(QueueError) -> QueuedMessage? {
        let held: Claimed? = monitor.withLock { state in
            state.entries[id].flatMap { $0.entry.phase == .held ? Claimed($0) : nil }
        }
        guard let held else { return nil }
        return try await read([held]).first?.get()
    }
}
