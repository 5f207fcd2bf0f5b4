import PipelineFiles
import ArgumentParser
import DurableQueue
import Files
import StageKit

/// `sluice queue`: what became of the mail, and what waits.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Shows the ledger of every pipeline, and the messages that wait.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await reportingFailures {
            let answer: QueueAnswer
            if let running: QueueAnswer = try await RunningServer(try site.site(), site.directory).get("/queue") {
                answer = running
            } else {
                let (plan, _) = try site.plan()
                let (queue, _) = try openQueue(plan.site)
                answer = QueueAnswer(queue, plan)
                try await queue.close()
            }
            if json { try JSON.say(answer) } else { say(answer) }
        }
    }

    private func say(_ answer: QueueAnswer) {
        let columns = [
            "received", "delivered", "bounced", "quarantined", "discarded", "pending",
        ]
        Terminal.say(
            Terminal.bold(Terminal.cell("pipeline", width: 16) + columns.map { right($0, 12) }.joined()))
        for (name, row) in answer.pipelines.sorted(by: { $0.key < $1.key }) {
            let numbers = [
                row.received, row.delivered, row.bounced, row.quarantined, row.discarded, row.pending,
            ]
            Terminal.say(Terminal.cell(name, width: 16) + numbers.map { right(String($0), 12) }.joined())
            for discard in row.discards {
                let step = discard.step.isEmpty ? "" : " at \(discard.step)"
                Terminal.say(
                    "  \(discard.recipients) recipients discarded\(step): \(Terminal.printable(discard.reason))")
            }
            if row.unreadable > 0 { Terminal.say("  \(row.unreadable) lost with a damaged part of the journal") }
            if !row.isBalanced {
                Terminal.say("  the ledger does not balance: \(row.discrepancy ?? "please report this")")
            }
        }
        for version in answer.versions where !version.isPresent {
            Terminal.say(
                "\(version.pending) pending under version \(version.version.prefix(12)) of \(version.pipeline), "
                    + "which was replaced")
        }
        for waiting in answer.pending {
            let place = waiting.step.map { " at \($0)" } ?? ""
            let reason = waiting.reason.map { ": \(Terminal.printable($0))" } ?? ""
            Terminal.say(
                "\(waiting.id)  \(waiting.pipeline)\(place), attempt \(waiting.attempts + 1) "
                    + "\(waiting.until.map { "at \($0)" } ?? "now")\(reason)")
        }
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}

/// Opens the queue of a site whose server does not run.
///
/// - Throws: What the queue says, such as that another process has it.
func openQueue(_ site: Site) throws -> (queue: DurableQueue, report: RecoveryReport) {
    // Durably, since all acknowledged mail will lie in it.
    try LocalFileSystem().createDurably(site.dataDirectory)
    return try DurableQueue.open(
        directory: site.dataDirectory + "/queue", fileSystem: LocalFileSystem(), now: Clock.now)
}
