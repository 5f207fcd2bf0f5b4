import SimulatedFiles
import Synchronization

/// One run of a workload on a disk, perhaps with faults, and crashes during its operations, each followed by a recovery.
///
/// Everything follows from the seed: the workload's course, the faults, what is lost, and which crashes are followed by
/// another one during the recovery.
package struct CrashSchedule<Subject: Workload>: Sendable {
    package let seed: UInt64
    /// How many crash points are judged; `nil` for all.
    package let sample: Int?

    package init(seed: UInt64, sample: Int? = nil) {
        self.seed = seed
        self.sample = sample
    }

    /// What came of it.
    package struct Outcome: Sendable {
        /// Crashes after which everything promised was found.
        package var survived = 0
        /// How often something was lost, doubled or wrong, each with how to see it again.
        package var failures: [String] = []
        /// The operations of the run, and the octets it wrote: the same for the same seed.
        package var operations = 0
        package var octets = 0
    }

    /// The disk during a crash, and what had been promised.
    private struct Image: Sendable {
        let operation: Int
        let disk: SimulatedFileSystem
        let promises: Subject.Promises
    }

    /// How many recoveries go on at once: they wait more than they compute.
    private static var width: Int { 8 }
    /// The most faults of one run.
    static var faultLimit: Int { 4 }
    /// The faults are spread over so many operations, about as many as a run has.
    private static var span: Int { 300 }

    /// Runs the workload and judges its crashes.
    package func run() async -> Outcome {
        var outcome = Outcome()
        let subject = Subject(seed: seed)
        let disk = SimulatedFileSystem(seed: seed)
        let book = PromiseBook(subject.nothing)
        let images = Mutex<[Image]>([])
        do {
            try subject.prepare(disk)
            planFaults(on: disk)
            disk.watchCrashes { crashing in
                let image = Image(operation: crashing.operationCount, disk: crashing, promises: book.now)
                images.withLock { $0.append(image) }
            }
            try await subject.run(on: disk, book)
        } catch {
            outcome.failures.append(report("the run failed: \(error)"))
        }
        outcome.operations = disk.operationCount
        outcome.octets = disk.traffic.octets
        await judge(chosen(images.withLock { $0 }), subject, &outcome)
        return outcome
    }

    /// Half of the seeds have a disk that fails now and then.
    private func planFaults(on disk: SimulatedFileSystem) {
        var generator = SeededGenerator(seed: seed &+ 1)
        guard Bool.random(using: &generator) else { return }
        let begun = disk.operationCount
        for _ in 0..<Int.random(in: 1...Self.faultLimit, using: &generator) {
            let fault: Fault = Bool.random(using: &generator) ? .inputOutput : .outOfSpace
            disk.plan(fault, at: begun + Int.random(in: 1...Self.span, using: &generator))
        }
    }

    private func chosen(_ images: [Image]) -> [Image] {
        guard let sample, sample < images.count else { return images }
        var generator = SeededGenerator(seed: seed &+ 2)
        return Array(images.shuffled(using: &generator).prefix(sample))
    }

    private func judge(_ images: [Image], _ subject: Subject, _ outcome: inout Outcome) async {
        await withTaskGroup(of: [String].self) { group in
            var rest = images[...]
            for _ in 0..<Self.width {
                if let image = rest.popFirst() { group.addTask { await judge(image, subject) } }
            }
            for await failures in group {
                if failures.isEmpty { outcome.survived += 1 } else { outcome.failures += failures }
                if let image = rest.popFirst() { group.addTask { await judge(image, subject) } }
            }
        }
    }

    private func judge(_ image: Image, _ subject: Subject) async -> [String] {
        var generator = SeededGenerator(seed: seed &+ UInt64(image.operation) << 20)
        let loss = Loss.allCases[Int.random(in: 0..<Loss.allCases.count, using: &generator)]
        var disk = image.disk.crash(loss, seed: generator.next())
        var context = "crash at operation \(image.operation), loss \(loss)"
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let operation = Int.random(in: 1...8, using: &generator)
            disk.plan(.crash, at: operation)
            do {
                try await subject.restart(disk)
            } catch {
                // As planned; whether it is more than that, the next start shows.
            }
            disk = disk.crash(loss, seed: generator.next())
            context += ", and again at operation \(operation) of the recovery"
        }
        do {
            return try await subject.inspect(disk, image.promises).map { report("\(context): \($0)") }
        } catch {
            return [report("\(context): \(error)")]
        }
    }

    private func report(_ text: String) -> String { "SLUICE_CRASH=\(Subject.name):\(seed): \(text)" }
}
