package import DurableQueue
import Logging
package import PipelineFiles
package import StageKit
import Synchronization

/// Runs the pipelines of a site: their receivers, their sessions, the queue between, and their deliveries.
package final class Engine: Sendable {
    /// What was measured at every step.
    package let metrics = StepMetrics()
    private let plan: SitePlan
    private let services: StageServices
    private let queue: DurableQueue
    private let deadlines = Deadlines()
    private let stopSignal: AsyncStream<Void>
    private let requestStop: AsyncStream<Void>.Continuation

    /// An engine for a checked site.
    package init(plan: SitePlan, services: StageServices, queue: DurableQueue) {
        self.plan = plan
        self.services = services
        self.queue = queue
        (stopSignal, requestStop) = AsyncStream.makeStream()
    }

    /// Opens what the components need; nothing is started yet.
    ///
    /// - Throws: The first error of a component, with its step; what was prepared before is stopped again.
    package func prepare() async throws {
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

    /// Serves until ``stop()`` is called and everything under way is finished, or until a component fails.
    ///
    /// - Throws: The error of the component that failed.
    package func run() async throws {
        let runtimes = plan.pipelines.map {
            PipelineRuntime(plan: $0, services: services, queue: queue, deadlines: deadlines, metrics: metrics)
        }
        warnOfStrandedMail()
        var failure: (any Error)?
        do {
            try await serveWatched(runtimes)
        } catch {
            failure = error
        }
        for part in parts.reversed() { await part.component.stop() }
        try await queue.close()
        if let failure { throw failure }
    }

    /// Lets no more mail in, and ends ``run()`` once what is under delivery is finished.
    package func stop() {
        requestStop.finish()
    }

    /// How many messages wait in the queue.
    package var pendingCount: Int {
        queue.ledger().values.reduce(0) { $0 + $1.messages.pending }
    }

    /// Mail of a pipeline that has no file any more waits for the file to come back; the operator has to know.
    private func warnOfStrandedMail() {
        let known = Set(plan.pipelines.map(\.name))
        for (name, ledger) in queue.ledger() where !known.contains(name) && ledger.messages.pending > 0 {
            services.logger.warning(
                "mail waits for a pipeline without a file",
                metadata: ["pipeline": "\(name)", "messages": "\(ledger.messages.pending)"])
        }
    }

    private enum Ending: Sendable { case background, receiver, delivery, stopped }

    /// Serves under the watch of the deadlines, which go on until the last call has returned or was given up.
    private func serveWatched(_ runtimes: [PipelineRuntime]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [deadlines] in await deadlines.run() }
            defer { group.cancelAll() }
            try await serve(runtimes)
        }
    }

    private func serve(_ runtimes: [PipelineRuntime]) async throws {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            for part in parts {
                group.addTask {
                    try await part.component.run()
                    return .background
                }
            }
            for runtime in runtimes {
                try addReceivers(of: runtime, to: &group)
                let delivery = runtime.makeDelivery()
                group.addTask {
                    await delivery.run()
                    return .delivery
                }
            }
            group.addTask { [self] in
                for await _ in stopSignal {}
                await letNoMoreIn()
                return .stopped
            }
            var open = runtimes.count
            while open > 0, let ending = try await group.next() {
                if ending == .delivery { open -= 1 }
            }
            group.cancelAll()
        }
    }

    private func addReceivers(
        of runtime: PipelineRuntime, to group: inout ThrowingTaskGroup<Ending, any Error>
    ) throws {
        let entrance = try runtime.makeEntrance()
        for receiver in runtime.plan.receivers {
            group.addTask {
                try await receiver.component.receive(through: entrance)
                return .receiver
            }
        }
    }

    private func letNoMoreIn() async {
        for pipeline in plan.pipelines {
            for receiver in pipeline.receivers { await receiver.component.stop() }
        }
        queue.drain()
    }

    private struct Part: Sendable {
        let id: String
        let component: any Component
        let location: SourceLocation
    }

    /// All components, receivers last: they are prepared when all else is ready.
    private var parts: [Part] {
        let stages = plan.pipelines.flatMap { pipeline in
            (SessionPhase.allCases.flatMap { pipeline.session[$0] ?? [] } + pipeline.deliver)
                .compactMap { step -> Part? in
                    guard case .stage(let stage) = step.kind else { return nil }
                    return Part(id: "\(pipeline.name): \(step.id)", component: stage, location: step.location)
                }
        }
        let receivers = plan.pipelines.flatMap { pipeline in
            pipeline.receivers.map { receiver in
                Part(
                    id: "\(pipeline.name): receive.\(type(of: receiver.component).name)",
                    component: receiver.component, location: receiver.location)
            }
        }
        return stages + receivers
    }
}

/// A component could not be prepared.
package struct PreparationError: Error, CustomStringConvertible {
    /// The pipeline and step.
    package let step: String
    /// Where the step stands.
    package let location: SourceLocation
    /// What the component said.
    package let cause: any Error

    package var description: String { "\(location): \(step) cannot start: \(cause)" }
}
