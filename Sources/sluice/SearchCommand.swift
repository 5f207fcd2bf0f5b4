import PipelineFiles
import ArgumentParser
import ControlServer
import Mailboxes

/// `sluice search`: finds a user's mail.
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Finds a user's mail, the latest arrival first.",
        discussion: """
            Words, "quoted phrases", from:, to:, subject:, filename:, is:unread, is:read, is:flagged, is:answered,
            has:attachment, in:Junk, before:2026-01-31, after:, older_than:7d, newer_than:, larger:1MB, smaller:,
            OR, - and parentheses.
            """)

    @Argument(help: "The user's address.")
    var user: String

    @Argument(help: "What to find.")
    var query: String

    @Option(help: "How many mails to show.")
    var limit = 20

    @Option(help: "Go on behind the mail of this number: the next page.")
    var after: UInt32?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteOptions

    /// Moves a query that begins with `-` behind `--`, where it cannot be taken for options.
    ///
    /// No option of `sluice search` but `-h` has a single dash, so everything else with one is what somebody does not want to find.
    static func settingQueryApart(_ arguments: [String]) -> [String] {
        guard arguments.first == configuration.commandName, !arguments.contains("--"),
            let place = arguments.firstIndex(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0 != "-h" })
        else { return arguments }
        var rest = arguments
        let query = rest.remove(at: place)
        return rest + ["--", query]
    }

    func run() async throws {
        try await reportingFailures {
            let (plan, services) = try site.plan()
            var target =
                "/search?user=\(PercentCoding.encode(user))&query=\(PercentCoding.encode(query))&limit=\(limit)"
            if let after { target += "&after=\(after)" }
            let answer: SearchAnswer
            if let running: SearchAnswer = try await RunningServer(plan.site, site.directory).get(target) {
                answer = running
            } else {
                if let replaced = try services.mailIndex().replaced {
                    Terminal.note("sluice: the search index: \(replaced)")
                }
                answer = try await SearchAnswer.search(
                    services, user: user, query: query, limit: limit, after: after)
                try await services.mailIndex().close()
            }
            if json { try JSON.say(answer) } else { MailList.say(answer) }
        }
    }
}
