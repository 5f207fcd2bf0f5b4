import DurableQueue
import Logging
import PipelineFiles
import StageKit

/// A plan with everything it needs to run.
struct PipelineRuntime: Sendable {
    let plan: PipelinePlan
    let services: StageServices
    let queue: DurableQueue
    let deadlines: Deadlines
    let metrics: StepMetrics
    let logger: Logger
    let handoff: Handoff
    /// The messages that are on their way into the queue.
    let acceptances = OpenCalls()

    init(
        plan: PipelinePlan, services: StageServices, queue: DurableQueue, deadlines: Deadlines, metrics: StepMetrics,
        handoff: Handoff
    ) {
        self.plan = plan
        self.services = services
        self.queue = queue
        self.deadlines = deadlines
        self.metrics = metrics
        self.handoff = handoff
        var logger = services.logger
        logger[metadataKey: "pipeline"] = "\(plan.name)"
        self.logger = logger
    }

    /// The way in.
    ///
    /// - Throws: ``StageContractViolation`` if a stage stands where it cannot; the check has found that before.
    func makeEntrance() throws -> PipelineEntrance {
        var phases: [SessionPhase: SessionSteps] = [:]
        for (phase, steps) in plan.session {
            let prepared = try steps.map {
                try PreparedStep($0, in: phase, context: context(of: $0), meter: meter(of: $0))
            }
            phases[phase] = SessionSteps(phase: phase, steps: prepared, deadlines: deadlines)
        }
        return PipelineEntrance(self, steps: phases)
    }

    /// The way from the queue to the mailboxes.
    func makeDelivery() -> Delivery {
        let steps = plan.deliver.map { PreparedStep(delivering: $0, context: context(of: $0), meter: meter(of: $0)) }
        return Delivery(self, steps: steps)
    }

    private func meter(of step: Step) -> StepMeter { metrics.meter(pipeline: plan.name, step: step.id) }

    private func context(of step: Step) -> StageContext {
        var logger = logger
        logger[metadataKey: "step"] = "\(step.id)"
        return StageContext(pipeline: plan.name, step: step.id, logger: logger, now: services.now)
    }
}
