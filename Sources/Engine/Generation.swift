package import DurableQueue
package import PipelineFiles
import StageKit
import Synchronization

/// The pipelines of a site as one reading of the files has them, from their preparation to their end.
///
/// When another generation takes over, this one lets nobody new in, serves the sessions that are open until they end,
/// and delivers until no mail is pending under versions that the other does not have.
final class Generation: Sendable {
    /// How often a retired generation looks whether mail is pending under its versions.
    private static let patience: Duration = .milliseconds(100)

    let pipelines: [PipelinePlan]
    private let takesMail: Bool
    private let runtimes: [PipelineRuntime]
    private let queue: DurableQueue
    private let retirement: AsyncStream<Void>
    private let beginRetirement: AsyncStream<Void>.Continuation
    private let successors = Mutex<Set<PipelineVersion>>([])

    /// A generation whose components are not prepared yet; one that takes no mail only delivers what is queued.
    init(
        _ pipelines: [PipelinePlan], takesMail: Bool = true, runtime: (PipelinePlan) -> PipelineRuntime,
        queue: DurableQueue
    ) {
        self.pipelines = pipelines
        self.takesMail = takesMail
        self.queue = queue
        runtimes = pipelines.map(runtime)
        (retirement, beginRetirement) = AsyncStream.makeStream()
    }

    /// The versions that it runs.
    var versions: Set<PipelineVersion> { Set(pipelines.map(\.version)) }

    /// Opens what the components need; nothing is started yet.
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

    /// Has it end, once it has nothing left to do, since another one has taken over these versions.
    func retire(for successors: Set<PipelineVersion>) {
        self.successors.withLock { $0 = successors }
        beginRetirement.finish()
    }

    // MARK: Serving

    private enum Ending: Sendable { case background, receiver, delivery, retired, finished }

    private func wait(_ deliveries: [Delivery], in group: inout ThrowingTaskGroup<Ending, any Error>) async throws {
        var open = deliveries.count
        var receivers = takesMail ? pipelines.reduce(0) { $0 + $1.receivers.count } : 0
        var isRetired = false
        while open > 0 || (isRetired && receivers > 0), let ending = try await group.next() {
            switch ending {
            case .delivery: open -= 1
            case .receiver: receivers -= 1
            case .retired: isRetired = true
            case .background, .finished: continue
            }
            guard isRetired, receivers == 0, ending != .delivery else { continue }
            group.addTask { [self] in
                await finish(deliveries)
                return .finished
            }
        }
    }

    private func letNobodyIn(_ deliveries: [Delivery]) async {
        // Whoever has the same version delivers what is queued under it from now on.
        let successors = successors.withLock { $0 }
        for delivery in deliveries where successors.contains(delivery.runtime.plan.version) { delivery.handOver() }
        guard takesMail else { return }
        for pipeline in pipelines {
            for receiver in pipeline.receivers { await receiver.component.retire() }
        }
    }

    /// Ends the deliveries when nothing is pending under their versions; nothing more can come.
    private func finish(_ deliveries: [Delivery]) async {
        for delivery in deliveries {
            await delivery.runtime.acceptances.close()
            while queue.pendingByVersion()[delivery.runtime.plan.version] != nil {
                do {
                    try await Task.sleep(for: Self.patience)
                } catch {
                    return  // everything ends
                }
            }
            delivery.handOver()
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
