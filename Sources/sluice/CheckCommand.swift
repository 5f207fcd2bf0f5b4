import ArgumentParser
import Logging
import PipelineFiles
import StageKit

/// `sluice check`: all findings about the pipeline files.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks pipeline files; opens nothing and changes nothing.")

    @Argument(help: "The directory of the pipeline files (default: $SLUICE_PIPELINES, then pipelines).")
    var directory: String?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    private struct Row: Encodable {
        let code: String
        let severity: String
        let file: String
        let line: Int
        let column: Int
        let text: String
        let suggestion: String?
    }

    func run() async throws {
        try await reportingFailures {
            let logger = Logger(label: "sluice") { _ in SwiftLogNoOpLogHandler() }
            let checked = SiteOptions.check(SiteOptions.directory(directory)) {
                StageServices(site: $0, logger: logger, now: Clock.now)
            }
            if json {
                try JSON.say(checked.findings.map(row))
            } else {
                for finding in checked.findings { Terminal.say(finding.description) }
            }
            guard let plan = checked.plan else { throw ExitCode(Failure.Code.configuration.rawValue) }
            guard !json else { return }
            let steps = plan.pipelines.reduce(0) { $0 + $1.deliver.count + $1.session.values.joined().count }
            Terminal.say(
                "\(plan.pipelines.count) pipeline\(plan.pipelines.count == 1 ? "" : "s"), \(steps) steps: fine")
        }
    }

    private func row(_ finding: Finding) -> Row {
        Row(
            code: finding.code.rawValue, severity: finding.severity.rawValue, file: finding.location.file,
            line: finding.location.line, column: finding.location.column, text: finding.text,
            suggestion: finding.suggestion)
    }
}
