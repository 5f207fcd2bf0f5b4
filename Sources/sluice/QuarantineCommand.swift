import PipelineFiles
import ArgumentParser
import Bytes
import ControlServer
import DurableQueue
import Engine
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
                        "\(row.id)  \(row.received)  \(row.pipeline)@\(row.version.prefix(12)) \(row.step): "
                            + Terminal.printable(row.reason))
                }
                Terminal.say(held.count == 1 ? "1 message" : "\(held.count) messages")
            }
        }

        private func rows() async throws -> [QuarantineAnswer] {
            let site = try site.site()
            if let rows: [QuarantineAnswer] = try await RunningServer(site, self.site.directory).get("/quarantine") {
                return rows
            }
            let (queue, _) = try openQueue(site)
            let rows = queue.quarantined().map { QuarantineAnswer($0) }
            try await queue.close()
            return rows
        }
    }

    /// `sluice quarantine show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints who sent a message to whom, why it was kept aside, and the message.")

        @Argument(help: "The message's id.")
        var id: String

        @Flag(help: "Print the message alone, octet for octet as it was accepted.")
        var raw = false

        @Flag(help: "Print all but the message as JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func validate() throws {
            if raw, json { throw ValidationError("--raw prints octets and --json does not; take one of them") }
        }

        func run() async throws {
            try await reportingFailures {
                let (held, content) = try await heldMessage()
                if raw { return content.withUnsafeBytes { Terminal.say(octets: $0) } }
                if json { return try JSON.say(held) }
                held.say()
                content.withUnsafeBytes { octets in
                    for line in octets.split(separator: 0x0A, omittingEmptySubsequences: false) {
                        let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
                        Terminal.say(Terminal.printable(text.replacing("\t", with: " ")))
                    }
                }
            }
        }

        private func heldMessage() async throws -> (HeldAnswer, Octets) {
            let server = RunningServer(try site.site(), site.directory)
            let path = "/quarantine/\(PercentCoding.encode(id))"
            if let held: HeldAnswer = try await server.get(path + "/envelope"),
                let content = try await server.send(.get, path)
            {
                return (held, Octets(content))
            }
            let (queue, _) = try openQueue(try site.site())
            do {
                guard let number = MessageID(id), let summary = queue.quarantined(number),
                    let message = try await queue.quarantinedMessage(number)
                else { throw Failure(.dataError, "no message \(id) is in quarantine") }
                let held = try HeldAnswer(summary, message)
                try await queue.close()
                return (held, message.content)
            } catch {
                try await queue.close()
                throw error
            }
        }
    }

    /// `sluice quarantine release`.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a message go on at the step that failed, or at another.",
            discussion: "It goes on under the pipeline's files as they are now, and its tries begin anew.")

        @Argument(help: "The message's id.")
        var id: String

        @Option(help: "The step to go on with, such as deliver.index.")
        var from: String?

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let query = from.map { "?from=\(PercentCoding.encode($0))" } ?? ""
                let target = "/quarantine/\(PercentCoding.encode(id))/release\(query)"
                if try await RunningServer(try site.site(), site.directory).send(.post, target) == nil {
                    guard let message = MessageID(id) else { throw Failure(.dataError, "\(id) is not a message id") }
                    try await releaseOffline(message)
                }
                Terminal.say("\(id) goes on")
            }
        }

        private func releaseOffline(_ message: MessageID) async throws {
            let (plan, services) = try site.plan()
            // It is to finish under these files, even if they change before the server starts.
            try PipelineBuild(directory: site.directory, services: services).versions.keep(plan.pipelines)
            let (queue, _) = try openQueue(plan.site)
            do {
                try await Engine.release(message, from: from, of: queue, into: plan)
            } catch let error as ReleaseError {
                try await queue.close()
                throw Failure(.dataError, "\(error)")
            }
            try await queue.close()
        }
    }
}
