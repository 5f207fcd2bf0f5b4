package import DurableQueue
package import PipelineFiles
package import StageKit

extension Engine {
    /// Lets a message out of quarantine, into the present version of its pipeline.
    ///
    /// - Throws: ``ReleaseError`` if it cannot go on where it should; ``QueueError/unknownMessage(_:)``.
    package func release(_ id: MessageID, from step: String?) async throws {
        guard let held = queue.quarantined(id) else { throw QueueError.unknownMessage(id) }
        while true {
            let (plan, generation) = present
            guard let generation, plan.pipelines.contains(where: { $0.name == held.pipeline.name }) else {
                return try await Self.release(id, from: step, of: queue, into: plan)
            }
            // A version that nobody would deliver must not get mail; if it has retired meanwhile, there is a newer one.
            let isReleased: Void? = try await generation.letIn(to: held.pipeline.name) {
                try await Self.release(id, from: step, of: queue, into: plan)
            }
            if isReleased != nil { return }
        }
    }

    /// Lets a message out of quarantine, into its pipeline as a plan has it.
    ///
    /// It goes on at the step that failed, or at `from`. If its recipients were kept aside at several steps, it goes on
    /// at the first of them; steps are idempotent. What was kept aside before delivery began goes on at the first step.
    ///
    /// - Throws: ``ReleaseError`` if it cannot go on where it should; ``QueueError/unknownMessage(_:)``.
    package static func release(
        _ id: MessageID, from step: String?, of queue: DurableQueue, into plan: SitePlan
    ) async throws {
        guard let held = queue.quarantined(id) else { throw QueueError.unknownMessage(id) }
        guard let pipeline = plan.pipelines.first(where: { $0.name == held.pipeline.name }) else {
            throw ReleaseError.noPipeline(held.pipeline.name, plan.pipelines.map(\.name))
        }
        let steps = pipeline.deliver.map(\.id)
        let wanted =
            step.map { [$0] } ?? (held.steps.filter { $0.hasPrefix("deliver.") } + [held.resumption].compactMap { $0 })
        let positions = try wanted.map { name in
            guard let position = steps.firstIndex(of: name) else {
                throw ReleaseError.noStep(name, pipeline: pipeline.name, steps: steps, isAsked: step != nil)
            }
            return position
        }
        try await queue.release(id, from: positions.min().map { steps[$0] }, into: pipeline.digest)
    }
}

/// Why a message cannot be let out of quarantine as asked.
package enum ReleaseError: Error, Sendable, CustomStringConvertible {
    /// Its pipeline has no file any more.
    case noPipeline(String, [String])
    /// The pipeline has no such step.
    case noStep(String, pipeline: String, steps: [String], isAsked: Bool)

    package var description: String {
        switch self {
        case .noPipeline(let name, let known):
            "there is no pipeline \(name) any more to release it into; there are \(known.joined(separator: ", "))"
        case .noStep(let name, let pipeline, let steps, let isAsked):
            "\(pipeline) has no step \(name)\(isAsked ? "" : ", where the message stopped, any more; say --from STEP"); "
                + "there are \(steps.joined(separator: ", "))"
        }
    }
}
