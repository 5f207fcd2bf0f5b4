package import StageKit

extension DurableQueue {
    /// What was noted at the last postponement of each message that waits or is in quarantine; O(n).
    package func notedProgress() -> [[UInt8]] {
        monitor.withLock { state in
            state.messages.compactMap { $0.state.progress.isEmpty ? nil : $0.state.progress }
        }
    }

    /// The messages that are with claimants.
    package func claimedMessages() -> Set<MessageID> {
        monitor.withLock { state in
            Set(state.messages.lazy.filter { $0.phase == .claimed }.map(\.id))
        }
    }

    /// Whether one of these messages is with a claimant.
    package func isAnyClaimed(_ messages: Set<MessageID>) -> Bool {
        monitor.withLock { state in messages.contains { state.entries[$0]?.entry.phase == .claimed } }
    }
}
