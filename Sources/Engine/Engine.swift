package import DurableQueue
import Logging
package import PipelineFiles
package import StageKit
import Synchronization

/// Runs the pipelines of a site: their receivers, their sessions, the queue between, and their deliveries.
///
/// What was accepted under one version of a pipeline finishes under that version. So there may be several generations
/// of pipelines at once: the present one, those before it that still have sessions or mail, and, after a restart,
/// versions built again from their kept text because mail is pending under them.
package final class Engine: Sendable {
    /// How many generations may be there at once; the sessions of the oldest are ended for a further one.
    ///
    /// A session that never ends keeps its generation in memory.
    package static let generationLimit = 8

    /// What was measured at every step.
    package let metrics = StepMetrics()
    let services: StageServices
    let queue: DurableQueue
    let versions: KeptVersions
    private let deadlines = Deadlines()
    private let handoff = Handoff()
    private let duties = VersionDuties()
    private let stopSignal: AsyncStream<Void>
    private let requestStop: AsyncStream<Void>.Continuation
    private let arrivals: AsyncStream<Generation>
    private let begin: AsyncStream<Generation>.Continuation
    private let restorationPause: Duration
    private let state: Mutex<State>

    private struct State {
        var plan: SitePlan
        /// The oldest first.
        var generations: [Generation] = []
        /// The one that takes mail.
        var current: Generation?
        /// Versions with mail that could not be prepared yet.
        var unrestored: Set<PipelineVersion> = []
        var isReloading = false
        var isStopping = false
        var failure: (any Error)?
    }

    /// An engine for a checked site; former versions whose components cannot be prepared are tried again at intervals.
    package init(
        plan: SitePlan, services: StageServices, queue: DurableQueue, versions: KeptVersions,
        restorationPause: Duration = .seconds(60)
    ) {
        self.restorationPause = restorationPause
        self.services = services
        self.queue = queue
        self.versions = versions
        state = Mutex(State(plan: plan))
        (stopSignal, requestStop) = AsyncStream.makeStream()
        (arrivals, begin) = AsyncStream.makeStream()
    }

    /// The files that new mail is accepted under.
    package var plan: SitePlan { state.withLock { $0.plan } }

    /// The same with who runs them, if they run.
    var present: (plan: SitePlan, generation: Generation?) { state.withLock { ($0.plan, $0.current) } }

    /// Opens what the components need, and builds versions again that have mail; nothing is started yet.
    ///
    /// - Throws: The first error of a component, with its step; what was prepared before is stopped again.
    package func prepare() async throws {
        let plan = plan
        let generation = makeGeneration(plan.pipelines, services)
        try versions.keep(plan.pipelines)
        try await generation.prepare()
        try await start(generation) { $0.current = generation }
        for version in queue.pendingByVersion().keys where !generation.versions.contains(version) {
            guard try await !restore(version) else { continue }
            state.withLock { _ = $0.unrestored.insert(version) }
        }
    }

    /// Serves until ``stop()`` is called and everything under way is finished, or until a component fails.
    ///
    /// - Throws: The error of the component that failed.
    package func run() async throws {
        await withTaskGroup { group in
            group.addTask { [deadlines] in await deadlines.run() }
            group.addTask { [self] in await LedgerWatch(queue: queue, logger: services.logger).run() }
            group.addTask { [self] in await restoreLater() }
            await serve()
            group.cancelAll()
        }
        try await queue.close()
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Lets no more mail in, and ends ``run()`` once what is under delivery is finished.
    package func stop() {
        requestStop.finish()
    }

    /// How many messages wait in the queue.
    package var pendingCount: Int {
        queue.ledger().values.reduce(0) { $0 + $1.messages.pending }
    }

    /// The facts of a message that waits, as they are noted in the queue.
    ///
    /// - Throws: If they cannot be read.
    package static func facts(inProgress progress: [UInt8]) throws -> Facts { try DeliveryJob.facts(in: progress) }

    /// How many generations there are.
    package var generationCount: Int { state.withLock { $0.generations.count } }

    /// Takes new mail under another plan from now on; sessions that are open and mail that is queued finish under theirs.
    ///
    /// Its components are prepared beside the present ones; if that fails, nothing has changed.
    ///
    /// - Throws: What a component says, with its place; ``ReloadError`` if it cannot be now.
    package func reload(_ plan: SitePlan) async throws {
        try state.withLock { state in
            guard !state.isStopping, state.current != nil else { throw ReloadError.notRunning }
            guard !state.isReloading else { throw ReloadError.underWay }
            state.isReloading = true
        }
        defer {
            state.withLock { $0.isReloading = false }
            // Those of this reload, if it has failed, and of generations that have ended meanwhile.
            forgetVersions()
        }
        let generation = makeGeneration(plan.pipelines, services)
        try versions.keep(plan.pipelines)
        try await generation.prepare()
        let former = try await start(generation) { state in
            defer { state.current = generation }
            state.plan = plan
            return state.current
        }
        former?.retire()
        await endOldest()
    }

    // MARK: Generations

    /// Has a generation served that is prepared; if everything ends meanwhile, it is stopped again.
    private func start<Value: Sendable>(
        _ generation: Generation, _ change: (inout State) -> Value
    ) async throws -> Value {
        do {
            return try state.withLock { state in
                // Within the lock: whoever stops sees it among the generations, or it is not served at all.
                guard !state.isStopping, case .enqueued = begin.yield(generation) else { throw ReloadError.notRunning }
                state.generations.append(generation)
                return change(&state)
            }
        } catch {
            await generation.stop()
            throw error
        }
    }

    func makeGeneration(
        _ pipelines: [PipelinePlan], _ services: StageServices, takesMail: Bool = true
    ) -> Generation {
        Generation(
            pipelines, takesMail: takesMail,
            runtime: {
                PipelineRuntime(
                    plan: $0, services: services, queue: queue, deadlines: deadlines, metrics: metrics,
                    handoff: handoff)
            }, duties: duties)
    }

    /// Has a generation served from now on, or, before ``run()``, with the others.
    func adopt(_ generation: Generation) async throws {
        try await start(generation) { _ in }
    }

    /// Tries former versions again that could not be prepared at the start.
    private func restoreLater() async {
        while case let versions = state.withLock({ $0.unrestored }), !versions.isEmpty {
            do {
                try await Task.sleep(for: restorationPause)
                for version in versions {
                    let isRunning = state.withLock { $0.generations.contains { $0.versions.contains(version) } }
                    if !isRunning, queue.isPending(version), try await !restore(version) { continue }
                    state.withLock { _ = $0.unrestored.remove(version) }
                }
            } catch {
                return  // everything ends
            }
        }
    }

    private func serve() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                for await _ in stopSignal {}
                await letNoMoreIn()
            }
            for await generation in arrivals {
                group.addTask { [self] in await serve(generation) }
            }
            if state.withLock({ $0.failure != nil }) { group.cancelAll() }
        }
    }

    private func serve(_ generation: Generation) async {
        do {
            try await generation.serve()
        } catch {
            state.withLock { state in
                state.isStopping = true
                if state.failure == nil { state.failure = error }
            }
            begin.finish()
        }
        await generation.stop()
        state.withLock { state in
            state.generations.removeAll { $0 === generation }
        }
        forgetVersions()
    }

    private func letNoMoreIn() async {
        let generations = state.withLock { state in
            state.isStopping = true
            return state.generations
        }
        begin.finish()
        for generation in generations { await generation.stopReceivers() }
        queue.drain()
    }

    /// Keeps the number of generations in its bound.
    private func endOldest() async {
        let oldest = state.withLock { $0.generations.dropLast(Self.generationLimit) }
        for generation in oldest { await generation.stopReceivers() }
    }

    /// Removes the texts of versions that have neither mail nor sessions.
    private func forgetVersions() {
        do {
            try state.withLock { state in
                guard !state.isReloading else { return }  // its end does it
                let running = state.generations.flatMap(\.versions) + state.plan.pipelines.map(\.version)
                try versions.forget(allBut: Set((running + queue.pendingByVersion().keys).map(\.digest)))
            }
        } catch {
            services.logger.warning("texts of former versions cannot be removed", metadata: ["error": "\(error)"])
        }
    }
}
