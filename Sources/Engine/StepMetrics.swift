import Synchronization

/// Counts and times of every step, measured by the engine at its edges.
package final class StepMetrics: Sendable {
    /// How a step ended for one message.
    package enum Outcome: String, Sendable, CaseIterable {
        /// It decided, and the message went on.
        case success
        /// It threw, hung or broke its contract.
        case failure
        /// It decided against the message.
        case refused
    }

    /// What is measured separately.
    package struct Key: Sendable, Hashable {
        package let pipeline: String
        package let step: String
        package let outcome: Outcome
    }

    /// What was measured.
    package struct Measure: Sendable {
        /// How many messages.
        package var count = 0
        /// How long they took together; a batch counts once.
        package var time: Duration = .zero

        fileprivate mutating func add(_ count: Int, _ time: Duration) {
            self.count += count
            self.time += time
        }
    }

    private let measures = Mutex<[Key: Measure]>([:])

    package init() {}

    /// Adds the passage of `count` messages through a step.
    package func record(_ outcome: Outcome, pipeline: String, step: String, count: Int = 1, time: Duration) {
        let key = Key(pipeline: pipeline, step: step, outcome: outcome)
        measures.withLock { measures in
            measures[key, default: Measure()].add(count, time)
        }
    }

    /// Everything measured so far.
    package func snapshot() -> [Key: Measure] {
        measures.withLock { $0 }
    }
}
