import CrashSchedules
import Glibc

/// Runs random schedules for some minutes, and says how many crashes everything promised survived.
///
/// Usage: `CrashBenchmark SECONDS SEED [SAMPLE]`; SAMPLE crash points of each schedule are judged, or all of them. What is
/// broken is a line that says how to see it again; the last line is the sum, for each workload.
@main
struct CrashBenchmark {
    /// What has come of one workload.
    struct Tally {
        var schedules = 0
        var survived = 0
        var failures = 0
    }

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard arguments.count >= 2 else {
            say("usage: CrashBenchmark SECONDS SEED [SAMPLE]")
            exit(EX_USAGE)
        }
        let end = ContinuousClock.now + .seconds(Int(arguments[0]))
        let sample = arguments.count > 2 ? Int(arguments[2]) : nil
        var tallies: [String: Tally] = [:]
        var seed = arguments[1]
        while ContinuousClock.now < end {
            for workload in Schedules.all {
                let outcome = await workload.run(seed, sample)
                tallies[workload.name, default: Tally()].schedules += 1
                tallies[workload.name, default: Tally()].survived += outcome.survived
                tallies[workload.name, default: Tally()].failures += outcome.failures.count
                for failure in outcome.failures { say("broken  \(failure)") }
            }
            seed += 1
        }
        for (name, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            say("workload \(name) \(tally.schedules) \(tally.survived) \(tally.failures)")
        }
    }

    private static func say(_ line: String) {
        let octets = Array((line + "\n").utf8)
        _ = write(STDOUT_FILENO, octets, octets.count)
    }
}
