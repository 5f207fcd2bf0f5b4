import Synchronization

/// Counts and times of one step, found once so that no message has to look for them.
final class StepMeter: Sendable {
    private let measures = Mutex<[StepMetrics.Outcome: StepMetrics.Measure]>([:])

    /// Adds the passage of `count` messages.
    func record(_ outcome: StepMetrics.Outcome, count: Int = 1, time: Duration) {
        measures.withLock { $0[outcome, default: StepMetrics.Measure()].add(count, time) }
    }

    /// Everything measured so far.
    func snapshot() -> [StepMetrics.Outcome: StepMetrics.Measure] {
        measures.withLock { $0 }
    }
}
