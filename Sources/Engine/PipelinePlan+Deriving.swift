import PipelineFiles
import StageKit

extension PipelinePlan {
    /// The stages whose facts follow from a message's content, wherever they stand.
    var derivingStages: [any DerivingStage] {
        (session.values.joined() + deliver).compactMap { step in
            if case .stage(let stage) = step.kind { stage as? any DerivingStage } else { nil }
        }
    }
}
