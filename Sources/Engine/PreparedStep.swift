import Logging
import PipelineFiles
import StageKit

/// A step of a plan with everything that serving a message needs looked up beforehand.
///
/// A class, since every message takes each step into its hands, and to copy all of this costs more than many a step does.
final class PreparedStep: Sendable {
    /// What the step does.
    enum Work: Sendable {
        case decide
        case connect(any ConnectStage)
        case mail(any MailStage)
        case recipient(any RecipientStage)
        case message(any Stage)
        case batch(any BatchStage)
    }

    let plan: Step
    let work: Work
    /// The branches of a `decide`, and nil of a stage: to ask the work which it is would be to copy it.
    let branches: [Branch]?
    let context: StageContext
    let meter: StepMeter
    /// Whether the log has a line for each passage; to ask it takes as long as some steps.
    let logsPassages: Bool
    /// Whether the step may give back another content.
    let mayRewrite: Bool

    var id: String { plan.id }

    /// A step of the session.
    ///
    /// - Throws: ``StageContractViolation`` if the stage cannot stand there; the check has found that before.
    init(_ plan: Step, in phase: SessionPhase, context: StageContext, meter: StepMeter) throws {
        self.plan = plan
        self.context = context
        self.meter = meter
        branches = plan.kind.branches
        logsPassages = context.logger.logLevel <= .debug
        mayRewrite =
            if case .stage(let stage) = plan.kind, phase == .message { stage is any RewritingStage } else { false }
        switch plan.kind {
        case .decide: work = .decide
        case .stage(let stage):
            switch phase {
            case .connect: work = .connect(try cast(stage, "connect"))
            case .mail: work = .mail(try cast(stage, "mail"))
            case .recipient: work = .recipient(try cast(stage, "recipient"))
            case .message: work = .message(stage)
            }
        }
    }

    /// A step after the durable line.
    init(delivering plan: Step, context: StageContext, meter: StepMeter) {
        self.plan = plan
        self.context = context
        self.meter = meter
        branches = plan.kind.branches
        logsPassages = context.logger.logLevel <= .debug
        mayRewrite = false
        switch plan.kind {
        case .decide: work = .decide
        case .stage(let stage):
            if let stage = stage as? any BatchStage {
                work = .batch(stage)
            } else {
                work = .message(stage)
            }
        }
    }

    /// How many messages one call takes at most.
    var batchLimit: Int {
        if case .batch(let stage) = work { max(stage.batchLimit, 1) } else { 1 }
    }
}

extension Step.Kind {
    fileprivate var branches: [Branch]? {
        if case .decide(let branches) = self { branches } else { nil }
    }
}

private func cast<Wanted>(_ stage: any Stage, _ phase: String) throws -> Wanted {
    guard let stage = stage as? Wanted else {
        throw StageContractViolation("\(type(of: stage).name) cannot stand in session: \(phase)")
    }
    return stage
}
