import DurableQueue
import Files
import Logging
import PipelineFiles
import StageKit

extension Engine {
    /// Builds a version again that has mail from before; says whether that need not be tried again.
    ///
    /// Where its text is gone or does not pass the check any more, the mail goes to quarantine and the operator decides.
    /// What the disk or a component says against it may pass: the mail stays queued then.
    func restore(_ version: PipelineVersion) async throws(QueueError) -> Bool {
        let plan: PipelinePlan
        do {
            plan = try versions.plan(of: version)
        } catch let error as FileError {
            postpone(version, error)
            return false
        } catch {
            try await giveUp(version, error)
            return true
        }
        let generation = makeGeneration([plan], services, takesMail: false)
        do {
            try await generation.prepare()
            generation.retire()
            try await adopt(generation)
        } catch {
            postpone(version, error)
            return false
        }
        services.logger.notice(
            "mail finishes under a former version of its pipeline",
            metadata: [
                "pipeline": "\(version.name)", "version": "\(version.digest.prefix(12))",
                "messages": "\(queue.pendingByVersion()[version] ?? 0)",
            ])
        return true
    }

    private func postpone(_ version: PipelineVersion, _ error: any Error) {
        services.logger.error(
            "mail waits: the former version of its pipeline cannot be prepared, and is tried again",
            metadata: [
                "pipeline": "\(version.name)", "version": "\(version.digest.prefix(12))",
                "messages": "\(queue.pendingByVersion()[version] ?? 0)", "reason": "\(error)",
            ])
    }

    private func giveUp(_ version: PipelineVersion, _ error: any Error) async throws(QueueError) {
        let reason = "version \(version.digest.prefix(12)) of \(version.name) cannot be built any more: \(error)"
        let held = try await queue.quarantine(version, step: "pipeline", reason: reason)
        services.logger.error(
            "mail quarantined: its version of the pipeline cannot be built any more",
            metadata: [
                "pipeline": "\(version.name)", "version": "\(version.digest.prefix(12))", "messages": "\(held)",
                "reason": "\(error)",
            ])
    }
}
