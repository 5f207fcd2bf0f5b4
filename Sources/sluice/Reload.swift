import Engine
import Logging
import PipelineFiles
import StageKit

/// Has a running server take new mail under the files as they are now.
struct Reload: Sendable {
    let build: PipelineBuild
    let engine: Engine
    let logger: Logger

    /// What a reload came to, for the operator.
    struct Answer: Codable {
        let isDone: Bool
        /// Findings, and what else there is to say, line by line.
        let lines: [String]
    }

    /// Checks the files, prepares what they say, and swaps; whatever is wrong with them, nothing has changed then.
    @concurrent
    func perform() async -> Answer {
        let checked = build.check()
        var lines = checked.findings.map(\.description)
        guard let plan = checked.plan else { return refuse(lines) }
        lines += restrictions(of: plan)
        guard plan.site.hasData(in: build.services.site.dataDirectory) else { return refuse(lines) }
        do {
            try await engine.reload(plan)
        } catch ReloadError.notRunning {
            logger.info("not reloaded: the server is ending")
            return Answer(isDone: false, lines: ["\(ReloadError.notRunning)"])
        } catch {
            return refuse(lines + ["\(error)"])
        }
        let versions = plan.pipelines.map { "\($0.name) \($0.digest.prefix(12))" }.joined(separator: ", ")
        let listeners = plan.listenerLines
        var metadata: Logger.Metadata = [
            "versions": "\(versions)", "listeners": "\(listeners.joined(separator: "; "))",
        ]
        if !lines.isEmpty { metadata["findings"] = "\(lines.joined(separator: "; "))" }
        logger.notice("reloaded", metadata: metadata)
        return Answer(isDone: true, lines: lines + listeners + ["new mail is accepted under \(versions)"])
    }

    /// What a server cannot change while it runs.
    private func restrictions(of plan: SitePlan) -> [String] {
        let present = build.services.site
        var lines: [String] = []
        if !plan.site.hasData(in: present.dataDirectory) {
            lines.append(
                "\(plan.sourceFile): data-directory is \(plan.site.dataDirectory), and the server began with "
                    + "\(present.dataDirectory); stop it and start it again to move")
        }
        if plan.site.controlListener != present.controlListener {
            lines.append("\(plan.sourceFile): control takes effect when the server is started again")
        }
        return lines
    }

    private func refuse(_ lines: [String]) -> Answer {
        logger.error("not reloaded: nothing has changed", metadata: ["findings": "\(lines.joined(separator: "; "))"])
        return Answer(isDone: false, lines: lines + ["nothing has changed"])
    }
}

extension SitePlan {
    /// Where each pipeline takes mail, for the operator.
    var listenerLines: [String] {
        pipelines.flatMap { pipeline in
            pipeline.receivers.flatMap { receiver in
                receiver.component.listeners.map { "\(pipeline.name) takes mail on \($0)" }
            }
        }
    }
}
