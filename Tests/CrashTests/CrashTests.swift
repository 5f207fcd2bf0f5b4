import CrashSchedules
import Glibc
import Testing

/// Crashes at every operation of workloads of everything that is durable.
///
/// `SLUICE_CRASH=mail:17` runs one workload with one seed, as a failure names it.
struct CrashTests {
    /// The seeds of this run: a few that are always the same, half of them with a disk that fails now and then.
    static let schedules: [(String, UInt64)] =
        wanted
        ?? Schedules.all.flatMap { workload in
            (1...3).map { (workload.name, UInt64($0)) }
        }

    /// What the environment asks for.
    private static var wanted: [(String, UInt64)]? {
        guard let text = getenv("SLUICE_CRASH").map({ String(cString: $0) }) else { return nil }
        let words = text.split(separator: ":")
        guard words.count == 2, let seed = UInt64(words[1]) else { return [] }
        return [(String(words[0]), seed)]
    }

    @Test(arguments: schedules)
    func `what was promised is kept, whenever the power fails`(_ name: String, _ seed: UInt64) async throws {
        let workload = try #require(Schedules.all.first { $0.name == name })
        let outcome = await workload.run(seed, nil)
        #expect(outcome.failures.isEmpty, "\(outcome.failures.prefix(5).joined(separator: "\n"))")
        #expect(outcome.survived > 40, "\(outcome.operations) operations")
    }

    @Test(arguments: Schedules.all.map(\.name))
    func `the same seed gives the same operations`(_ name: String) async throws {
        let workload = try #require(Schedules.all.first { $0.name == name })
        let first = await workload.run(2, 0)
        let second = await workload.run(2, 0)
        #expect(first.operations == second.operations && first.octets == second.octets)
    }
}
