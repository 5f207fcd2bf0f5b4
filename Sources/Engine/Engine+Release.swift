package import DurableQueue
import Logging
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
            guard isReleased != nil else { continue }
            services.logger.notice(
                "message released",
                metadata: [
                    "message.id": "\(id)", "pipeline": "\(held.pipeline.name)", "from": "\(step ?? "where it stopped")",
                ])
            return
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
        if let asked = step, let position = positions.first {
            try checkFacts(pipeline, from: position, named: asked, resumption: held.resumption)
        }
        try await queue.release(id, from: positions.min().map { steps[$0] }, into: pipeline.digest)
    }

    /// Sees that nothing is passed over that the steps from `position` on cannot do without: what is known of a message
    /// is what the steps before its resumption found out.
    private static func checkFacts(
        _ pipeline: PipelinePlan, from position: Int, named step: String, resumption: String?
    ) throws {
        let steps = pipeline.deliver
        let known = resumption.flatMap { id in steps.firstIndex { $0.id == id } } ?? 0
        guard known < position else { return }
        let passed = (pipeline.session.values.joined() + steps[..<known]).flatMap { $0.manifest?.provides ?? [] }
            .map(\.name)
        for skipped in steps[known..<position] {
            for fact in skipped.manifest?.provides ?? [] where !passed.contains(fact.name) {
                guard let reader = steps[position...].first(where: { $0.reads(fact.name) }) else { continue }
                throw ReleaseError.missingFact(fact.name, reader: reader.id, provider: skipped.id, asked: step)
            }
        }
    }
}

extension Step {
    /// What its stage declares; `nil` for a decision.
    fileprivate var manifest: StageManifest? {
        if case .stage(let stage) = kind { type(of: stage).manifest } else { nil }
    }

    fileprivate func reads(_ fact: String) -> Bool {
        manifest?.reads.contains { $0.name == fact } ?? false
    }
}

/// Why a message cannot be let out of quarantine as asked.
package enum ReleaseError: Error, Sendable, CustomStringConvertible {
    /// Its pipeline has no file any more.
    case noPipeline(String, [String])
    /// The pipeline has no such step.
    case noStep(String, pipeline: String, steps: [String], isAsked: Bool)
    /// From that step on, a fact is needed that a step before it would have found out, and that is not known.
    case missingFact(String, reader: String, provider: String, asked: String)

    package var description: String {
        switch self {
        case .noPipeline(let name, let known):
            "there is no pipeline \(name) any more to release it into; there are \(known.joined(separator: ", "))"
        case .noStep(let name, let pipeline, let steps, let isAsked):
            "\(pipeline) has no step \(name)\(isAsked ? "" : ", where the message stopped, any more; say --from STEP"); "
                + "there are \(steps.joined(separator: ", "))"
        case .missingFact(let fact, let reader, let provider, let asked):
            "it cannot go on at \(asked): \(reader) needs \(fact), which \(provider) has not found out, "
                + "or which was too much to keep; say --from \(provider), or nothing"
        }
    }
}
