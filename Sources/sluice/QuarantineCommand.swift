import PipelineFiles
import ArgumentParser
import Bytes
import ControlServer
import DurableQueue
import StageKit

/// `sluice quarantine`: what was kept aside for the operator.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Lists, shows and releases messages that were kept aside.",
        subcommands: [List.self, Show.self, Release.self])

    /// `sluice quarantine list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what was kept aside, oldest first.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let held = try await rows()
                if json { return try JSON.say(held) }
                for row in held {
                    Terminal.say(
                        "\(row.id)  \(row.received)  \(row.pipeline) \(row.step): \(Terminal.printable(row.reason))")
                }
                Terminal.say(held.count == 1 ? "1 message" : "\(held.count) messages")
            }
        }

        private func rows() async throws -> [QuarantineAnswer] {
            let (plan, _) = try site.plan()
            if let rows: [QuarantineAnswer] = try await RunningServer(plan.site).get("/quarantine") { return rows }
            let (queue, _) = try openQueue(plan.site)
            let rows = queue.quarantined().map { QuarantineAnswer($0) }
            try await queue.close()
            return rows
        }
    }

    /// `sluice quarantine show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints a message as it was accepted.")

        @Argument(help: "The message's id.")
        var id: String

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let (plan, _) = try site.plan()
                if let body = try await RunningServer(plan.site).send(.get, "/quarantine/\(PercentCoding.encode(id))") {
                    body.withUnsafeBytes { Terminal.say(octets: $0) }
                    return
                }
                let (queue, _) = try openQueue(plan.site)
                let message = try MessageID(id).flatMap { try queue.quarantinedMessage($0) }
                try await queue.close()
                guard let message else { throw Failure(.dataError, "no message \(id) is in quarantine") }
                message.content.withUnsafeBytes { Terminal.say(octets: $0) }
            }
        }
    }

    /// `sluice quarantine release`.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a message go on at the step that failed, or at another.")

        @Argument(help: "The message's id.")
        var id: String

        @Option(help: "The step to go on with, such as deliver.index.")
        var from: String?

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let (plan, _) = try site.plan()
                try check(from, against: plan.pipelines.flatMap { $0.deliver.map(\.id) })
                let query = from.map { "?from=\(PercentCoding.encode($0))" } ?? ""
                let target = "/quarantine/\(PercentCoding.encode(id))/release\(query)"
                if try await RunningServer(plan.site).send(.post, target) == nil {
                    guard let message = MessageID(id) else { throw Failure(.dataError, "\(id) is not a message id") }
                    let (queue, _) = try openQueue(plan.site)
                    try await queue.release(message, from: from)
                    try await queue.close()
                }
                Terminal.say("\(id) goes on")
            }
        }

        private func check(_ step: String?, against steps: [String]) throws {
            guard let step, !steps.contains(step) else { return }
            throw Failure(.dataError, "there is no step \(step); there are \(steps.joined(separator: ", "))")
        }
    }
}
