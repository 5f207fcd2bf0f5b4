package import DurableQueue
package import PipelineFiles
import StageKit
import Synchronization

/// The pipelines of a site as one reading of the files has them, from their preparation to their end.
///
/// When another generation takes over, this one lets nobody new in, serves the sessions that are open until they end,
/// and delivers until others answer for its versions, or nothing is pending under them and nothing more can come.
final class Generation: Sendable {
    /// How often a retired generation looks whether it is needed for its versions.
    private static let patience: Duration = .milliseconds(100)

    let pipelines: [PipelinePlan]
    private let takesMail: Bool
    private let runtimes: [PipelineRuntime]
    private let duties: VersionDuties
    private let retirement: AsyncStream<Void>
    private let beginRetirement: AsyncStream<Void>.Continuation
    private let isRetiring = Atomic(false)
    /// Versions for whose mail others answer.
    private let left = Mutex<Set<PipelineVersion>>([])

    /// A generation whose components are not prepared yet; one that takes no mail only delivers what is queued.
    init(
        _ pipelines: [PipelinePlan], takesMail: Bool = true, runtime: (PipelinePlan) -> PipelineRuntime,
        duties: VersionDuties
    ) {
        self.pipelines = pipelines
        self.takesMail = takesMail
        self.duties = duties
        runtimes = pipelines.map(runtime)
        (retirement, beginRetirement) = AsyncStream.makeStream()
    }

    /// The versions that it runs.
    var versions: Set<PipelineVersion> { Set(pipelines.map(\.version)) }

    /// Opens what the components need; nothing is started yet, but from now on it answers for its versions.
    ///
    /// - Throws: The first error of a component, with its step; what was prepared before is stopped again.
    func prepare() async throws {
        var prepared: [any Component] = []
        for part in parts {
            do {
                // One that fails half-way is stopped, too; stopping without a start is fine.
                prepared.append(part.component)
                try await part.component.prepare()
            } catch {
                for component in prepared.reversed() { await component.stop() }
                throw PreparationError(step: part.id, location: part.location, cause: error)
            }
        }
        for version in versions { duties.begin(version, takingMail: takesMail) }
    }

    /// Serves until the queue drains, or until it is retired and has nothing left to do.
    ///
    /// - Throws: The error of a component that failed.
    func serve() async throws {
        let deliveries = runtimes.map { $0.makeDelivery() }
        let entrances = try takesMail ? runtimes.map { try $0.makeEntrance() } : []
        try await withThrowingTaskGroup(of: Ending.self) { group in
            for part in parts {
                group.addTask {
                    try await part.component.run()
                    return .background
                }
            }
            for (runtime, entrance) in zip(runtimes, entrances) {
                for receiver in runtime.plan.receivers {
                    group.addTask {
                        try await receiver.component.receive(through: entrance)
                        return .receiver
                    }
                }
            }
            for delivery in deliveries {
                group.addTask {
                    await delivery.run()
                    return .delivery
                }
            }
            group.addTask { [self] in
                for await _ in retirement {}
                await letNobodyIn(deliveries)
                return .retired
            }
            try await wait(deliveries, in: &group)
            group.cancelAll()
        }
    }

    /// Lets go of everything.
    func stop() async {
        for part in parts.reversed() { await part.component.stop() }
    }

    /// Ends the sessions, and lets no more mail in.
    func stopReceivers() async {
        guard takesMail else { return }
        for pipeline in pipelines {
            for receiver in pipeline.receivers { await receiver.component.stop() }
        }
    }

    /// Has it end, once it has nothing left to do, since another one has taken over.
    func retire() {
        isRetiring.store(true, ordering: .releasing)
        beginRetirement.finish()
    }

    /// Does what makes mail pending under its version of a pipeline; `nil` if nothing may come under that any more.
    func letIn<Value>(to pipeline: String, _ body: () async throws -> Value) async rethrows -> Value? {
        guard let runtime = runtimes.first(where: { $0.plan.name == pipeline }), runtime.acceptances.begin() else {
            return nil
        }
        defer { runtime.acceptances.end() }
        return try await body()
    }

    // MARK: Serving

    private enum Ending: Sendable { case background, receiver, delivery, retired, finished }

    private func wait(_ deliveries: [Delivery], in group: inout ThrowingTaskGroup<Ending, any Error>) async throws {
        var open = deliveries.count
        var receivers = takesMail ? pipelines.reduce(0) { $0 + $1.receivers.count } : 0
        var isRetired = false
        var isClosed = false
        // Deliveries may have been handed over before the last session has ended.
        while open > 0 || (isRetiring.load(ordering: .acquiring) && !isClosed), let ending = try await group.next() {
            switch ending {
            case .delivery: open -= 1
            case .receiver: receivers -= 1
            case .retired: isRetired = true
            case .background, .finished: continue
            }
            guard isRetired, receivers == 0, !isClosed else { continue }
            isClosed = true
            await closeEntrances()
            group.addTask { [self] in
                await finish(deliveries)
                return .finished
            }
        }
    }

    private func letNobodyIn(_ deliveries: [Delivery]) async {
        // Whoever has the same version delivers what is queued under it from now on.
        for delivery in deliveries { _ = leave(delivery) }
        guard takesMail else { return }
        for pipeline in pipelines {
            for receiver in pipeline.receivers { await receiver.component.retire() }
        }
    }

    /// Waits for the messages on their way into the queue, and lets no more come.
    private func closeEntrances() async {
        for runtime in runtimes {
            await runtime.acceptances.close()
            if takesMail { duties.closeEntrance(of: runtime.plan.version) }
        }
    }

    /// Ends the deliveries when they are not needed any more.
    private func finish(_ deliveries: [Delivery]) async {
        while true {
            var isNeeded = false
            for delivery in deliveries where !leave(delivery) { isNeeded = true }
            guard isNeeded else { return }
            do {
                try await Task.sleep(for: Self.patience)
            } catch {
                return  // everything ends
            }
        }
    }

    /// Has a delivery take nothing more, if others answer for what comes; says whether that is so.
    private func leave(_ delivery: Delivery) -> Bool {
        let runtime = delivery.runtime
        return left.withLock { left in
            if left.contains(runtime.plan.version) { return true }
            guard duties.leave(runtime.plan.version, isPending: runtime.queue.isPending) else { return false }
            left.insert(runtime.plan.version)
            delivery.handOver()
            return true
        }
    }

    // MARK: Components

    private struct Part: Sendable {
        let id: String
        let component: any Component
        let location: SourceLocation
    }

    /// All components, receivers last: they are prepared when all else is ready.
    private var parts: [Part] {
        let stages = pipelines.flatMap { pipeline in
            (SessionPhase.allCases.flatMap { takesMail ? pipeline.session[$0] ?? [] : [] } + pipeline.deliver)
                .compactMap { step -> Part? in
                    guard case .stage(let stage) = step.kind else { return nil }
                    return Part(id: "\(pipeline.name): \(step.id)", component: stage, location: step.location)
                }
        }
        guard takesMail else { return stages }
        let receivers = pipelines.flatMap { pipeline in
            pipeline.receivers.map { receiver in
                Part(
                    id: "\(pipeline.name): receive.\(type(of: receiver.component).name)",
                    component: receiver.component, location: receiver.location)
            }
        }
        return stages + receivers
    }
}

extension PipelinePlan {
    /// What mail of this plan is pinned to.
    package var version: PipelineVersion { PipelineVersion(name: name, digest: digest) }
}
