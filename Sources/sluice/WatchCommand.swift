import PipelineFiles
import ArgumentParser
import ControlServer
import StageKit

/// `sluice watch`: new mail as it arrives.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Prints a user's new mail as it arrives, until it is interrupted.")

    @Argument(help: "The user's address; everybody's mail without it.")
    var user: String?

    @Flag(help: "Print JSON, a line each.")
    var json = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await reportingFailures {
            let (plan, _) = try site.plan()
            let target = user.map { "/events?user=\(PercentCoding.encode($0))" } ?? "/events"
            let prefix = "data: "
            let isRunning = try await RunningServer(plan.site, site.directory).lines(target) { line in
                guard line.hasPrefix(prefix) else { return }
                say(String(line.dropFirst(prefix.count)))
            }
            guard isRunning else { throw Failure(.unavailable, "no server runs on \(plan.site.dataDirectory)") }
        }
    }

    private func say(_ event: String) {
        do {
            guard !json else { return Terminal.say(event) }
            let arrival = try JSON.decode(ArrivalAnswer.self, from: Array(event.utf8))
            Terminal.say(
                "\(arrival.received)  \(arrival.user)  \(Terminal.cell(arrival.from, width: 28))  "
                    + Terminal.bold(Terminal.printable(arrival.subject)))
        } catch {
            Terminal.complain("an event could not be read: \(error)")
        }
    }
}

/// New mail, as events tell it.
struct ArrivalAnswer: Codable {
    let user: String
    let id: UInt32
    let sequence: UInt64
    let mailbox: String
    let subject: String
    let from: String
    let received: String
}
