import Synchronization

/// Counts and times of one step, found once so that no message has to look for them.
final class StepMeter: Sendable {
    private struct Measures {
        var success = StepMetrics.Measure()
        var failure = StepMetrics.Measure()
        var refused = StepMetrics.Measure()
    }

    private let measures = Mutex(Measures())

    /// Adds the passage of `count` messages.
    func record(_ outcome: StepMetrics.Outcome, count: Int = 1, time: Duration) {
        measures.withLock { measures in
            switch outcome {
            case .success: measures.success.add(count, time)
            case .failure: measures.failure.add(count, time)
            case .refused: measures.refused.add(count, time)
            }
        }
    }

    /// Everything measured so far.
    func snapshot() -> [StepMetrics.Outcome: StepMetrics.Measure] {
        let measures = measures.withLock { $0 }
        return [.success: measures.success, .failure: measures.failure, .refused: measures.refused]
            .filter { $0.value.count > 0 }
    }
}
