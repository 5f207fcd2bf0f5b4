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

        mutating func add(_ count: Int, _ time: Duration) {
            self.count += count
            self.time += time
        }
    }

    private struct Name: Hashable {
        let pipeline: String
        let step: String
    }

    private let meters = Mutex<[Name: StepMeter]>([:])

    package init() {}

    /// The meter of a step; all versions of a pipeline have one in common.
    func meter(pipeline: String, step: String) -> StepMeter {
        let name = Name(pipeline: pipeline, step: step)
        return meters.withLock { meters in
            if let meter = meters[name] { return meter }
            let meter = StepMeter()
            meters[name] = meter
            return meter
        }
    }

    /// Everything measured so far.
    package func snapshot() -> [Key: Measure] {
        var measures: [Key: Measure] = [:]
        for (name, meter) in meters.withLock({ $0 }) {
            for (outcome, measure) in meter.snapshot() {
                measures[Key(pipeline: name.pipeline, step: name.step, outcome: outcome)] = measure
            }
        }
        return measures
    }
}
