import Bytes
import DurableQueue
import Logging
import PipelineFiles
import StageKit

/// Takes a pipeline's messages from the queue through its delivering steps.
///
/// Every step has a lane: a queue with workers of its own, so that steps work at the same time, messages gather into
/// batches where a step is the slowest, and a step that hangs holds up nothing but what waits for it.
struct Delivery: Sendable {
    /// How far apart the queue is asked for more, at least.
    ///
    /// A mail on an idle server goes on at once; under load those that come within this time travel as one batch, which
    /// saves a transaction, a journal record and several changes of threads each. Nobody waits for it: 250 has been said.
    /// Three times as long would make larger batches but leave the processors at rest between them.
    static let gathering: Duration = .milliseconds(10)

    let runtime: PipelineRuntime
    let steps: [PreparedStep]
    private let lanes: [Lane<DeliveryJob>]
    private let window = Window()
    private let settlement: Settlement
    /// The stages whose facts the queue does not keep.
    private let deriving: [any DerivingStage]
    private let handover: AsyncStream<Void>
    private let beginHandover: AsyncStream<Void>.Continuation

    init(_ runtime: PipelineRuntime, steps: [PreparedStep]) {
        self.runtime = runtime
        self.steps = steps
        lanes = steps.map { _ in Lane() }
        settlement = Settlement(runtime: runtime, steps: steps)
        deriving = runtime.plan.derivingStages
        (handover, beginHandover) = AsyncStream.makeStream()
    }

    /// Has it take no more messages from the queue.
    func handOver() { beginHandover.finish() }

    /// Delivers until the queue hands out nothing more, or others take over; what is under delivery then is finished first.
    func run() async {
        await withTaskGroup { group in
            for index in steps.indices {
                for _ in 0..<steps[index].plan.concurrency {
                    group.addTask { await work(at: index) }
                }
            }
            await claimUntilHandover()
            await window.emptied()
            for lane in lanes { lane.close() }
        }
    }

    private func claimUntilHandover() async {
        await withTaskGroup { group in
            group.addTask { await claim() }
            group.addTask { for await _ in handover {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func claim() async {
        while true {
            let room = await window.room()
            let claimed = await runtime.queue.claim(runtime.plan.version, upTo: room)
            guard !claimed.isEmpty else { return }
            window.enter(messages: claimed.count, octets: claimed.reduce(0) { $0 + $1.content.count })
            let start = ContinuousClock.now
            pass(on: claimed.compactMap { job(for: $0) })
            await gather(until: start + Self.gathering)
        }
    }

    private func gather(until end: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: end, clock: .continuous)
        } catch {
            return  // cancelled: there is nothing to gather for
        }
    }

    private func job(for queued: QueuedMessage) -> DeliveryJob? {
        // A step that the file does not have any more is passed again from the first; steps are idempotent.
        let start = queued.step.flatMap { id in steps.firstIndex { $0.id == id } } ?? 0
        do {
            let handedOver = runtime.handoff.take(queued.id)
            var job = try DeliveryJob(queued, handedOver: handedOver, stepIndex: start)
            if handedOver == nil { for stage in deriving { stage.derive(&job.message) } }
            return job
        } catch {
            let reason = "its head in the queue cannot be read"
            runtime.logger.error("message unreadable", metadata: ["message.id": "\(queued.id)"])
            let states = queued.recipients.indices.map { index in
                (index: index, state: RecipientState.quarantined(step: "queue", reason: reason))
            }
            runtime.queue.record([Update(id: queued.id, recipients: states)])
            window.leave(messages: 1, octets: queued.content.count)
            return nil
        }
    }

    private func work(at index: Int) async {
        let execution = StepExecution(runtime: runtime, step: steps[index])
        while true {
            let jobs = await lanes[index].next(upTo: steps[index].batchLimit)
            guard !jobs.isEmpty else { return }
            pass(on: await execution.run(jobs))
        }
    }

    /// To the lane of each job's next step, or out.
    private func pass(on jobs: [DeliveryJob]) {
        // A batch mostly stays together, and then need not be sorted.
        if let index = jobs.first?.stepIndex, index < steps.count,
            jobs.allSatisfy({ $0.stepIndex == index && !$0.isDone })
        {
            return lanes[index].push(jobs)
        }
        var finished: [DeliveryJob] = []
        var onward: [Int: [DeliveryJob]] = [:]
        for job in jobs {
            if job.isDone || job.stepIndex == steps.count {
                finished.append(job)
            } else {
                onward[job.stepIndex, default: []].append(job)
            }
        }
        for (index, jobs) in onward { lanes[index].push(jobs) }
        guard !finished.isEmpty else { return }
        settlement.record(finished)
        window.leave(messages: finished.count, octets: finished.reduce(0) { $0 + $1.message.content.count })
    }
}
