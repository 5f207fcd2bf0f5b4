import Bytes
import DurableQueue
import SimulatedFiles
import StageKit
import Testing

/// The power fails at every operation of a workload, and takes along whatever a disk may lose.
struct CrashTests {
    /// How many operations the workload takes when nothing fails.
    private static func operationCount() async throws -> Int {
        let disk = SimulatedFileSystem()
        let clock = ManualClock()
        let (queue, _) = try Fixture.open(disk, clock: clock)
        var workload = CrashWorkload(queue: queue, disk: disk, clock: clock)
        await workload.run()
        #expect(workload.promises.accepted.count == 24)
        return disk.operationCount
    }

    @Test(arguments: Loss.allCases)
    func `what was acknowledged survives a crash at any operation`(_ loss: Loss) async throws {
        let count = try await Self.operationCount()
        let seeds: ClosedRange<UInt64> = loss == .everything || loss == .nothing || loss == .names ? 0...0 : 0...1
        for operation in 1...count {
            for seed in seeds { try await crash(at: operation, loss, seed: seed) }
        }
    }

    private func crash(at operation: Int, _ loss: Loss, seed: UInt64) async throws {
        let disk = SimulatedFileSystem(seed: seed)
        disk.plan(.crash, at: operation)
        let clock = ManualClock()
        var promises = Promises()
        do {
            let (queue, _) = try Fixture.open(disk, clock: clock)
            var workload = CrashWorkload(queue: queue, disk: disk, clock: clock)
            await workload.run()
            promises = workload.promises
        } catch {
            // The power failed before the queue was open.
        }
        let context = "crash at operation \(operation), loss \(loss), seed \(seed)"
        let restarted = disk.crash(loss, seed: seed)
        try await Inspection(promises: promises, context: context).check(restarted, clock)
        // And again, when the power fails during the recovery.
        let again = disk.crash(loss, seed: seed)
        again.plan(.crash, at: 1 + Int(seed) + operation % 7)
        do {
            let (queue, _) = try Fixture.open(again, clock: clock)
            try await queue.close()
        } catch {
            // As planned.
        }
        try await Inspection(promises: promises, context: context + ", and again")
            .check(again.crash(loss, seed: seed + 1), clock)
    }
}
