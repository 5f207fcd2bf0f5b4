/// All workloads, by their names.
package enum Schedules {
    /// Runs one schedule of a workload.
    package typealias Run =
        @Sendable (_ seed: UInt64, _ sample: Int?) async -> (
            survived: Int, failures: [String], operations: Int, octets: Int
        )

    /// The workloads, with how to run one schedule of each.
    package static let all: [(name: String, run: Run)] = [
        entry(MailFlow.self), entry(AttachmentFlow.self), entry(IndexFlow.self),
    ]

    private static func entry<Subject: Workload>(_ subject: Subject.Type) -> (name: String, run: Run) {
        (
            Subject.name,
            { seed, sample in
                let outcome = await CrashSchedule<Subject>(seed: seed, sample: sample).run()
                return (outcome.survived, outcome.failures, outcome.operations, outcome.octets)
            }
        )
    }
}
