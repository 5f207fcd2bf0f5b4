import Synchronization

/// Counts and times of questions to the DNS, for the operator.
package final class ResolverMetrics: Sendable {
    /// What a question came to.
    package enum Outcome: String, Sendable, CaseIterable {
        case records
        case noData = "no-data"
        case noSuchName = "no-such-name"
        case temporaryFailure = "temporary-failure"
        case malformed

        init(_ answer: DNSAnswer) {
            switch answer {
            case .records: self = .records
            case .noData: self = .noData
            case .noSuchName: self = .noSuchName
            case .temporaryFailure: self = .temporaryFailure
            case .malformed: self = .malformed
            }
        }
    }

    /// What was measured.
    package struct Measure: Sendable {
        /// How many questions; equal ones at the same time are one.
        package fileprivate(set) var count = 0
        /// How long they took together.
        package fileprivate(set) var time: Duration = .zero
    }

    private let hits = Atomic(0)
    private let measures = Mutex<[Outcome: Measure]>([:])

    /// Nothing measured yet.
    package init() {}

    /// How many questions what is remembered answered.
    package var cacheHits: Int { hits.load(ordering: .relaxed) }

    /// The questions with an outcome so far.
    package subscript(outcome: Outcome) -> Measure { measures.withLock { $0[outcome] ?? Measure() } }

    /// Adds a question that was answered from memory.
    func recordHit() { hits.wrappingAdd(1, ordering: .relaxed) }

    /// Adds a question that was sent, or could not be.
    func record(_ answer: DNSAnswer, time: Duration) {
        measures.withLock { measures in
            measures[Outcome(answer), default: Measure()].count += 1
            measures[Outcome(answer), default: Measure()].time += time
        }
    }
}
