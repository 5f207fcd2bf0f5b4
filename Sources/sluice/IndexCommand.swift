import ArgumentParser
import ControlServer
import MailStore
import Mailboxes
import PipelineFiles
import StageKit

/// `sluice index`: the search index, looked at and put right.
struct IndexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index", abstract: "Shows, checks and rebuilds the search index; all works while the server runs.",
        subcommands: [Stats.self, Verify.self, Rebuild.self])

    /// `sluice index stats`.
    struct Stats: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the levels of the index.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let answer = try await site.ask(.get, "/index/stats") { index in
                    IndexAnswer(index.statistics(), isRebuilding: index.mayMissMails)
                }
                if json { return try JSON.say(answer) }
                answer.picture.forEach(Terminal.say)
            }
        }
    }

    /// `sluice index verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compares every page with its checksum, and every list of words with the stored mails.",
            discussion: "Ends with status 65 if anything is wrong; then `sluice index rebuild` puts it right.")

        @Argument(help: "Only this user's mails.")
        var user: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let id = try await site.userID(user)
                let answer = try await site.ask(.get, "/index/verify" + IndexCommand.query(user)) { index in
                    var answer = try await index.verify(user: id)
                    // What was wrong is right again by now, and must not go unsaid.
                    if let replaced = index.replaced, !replaced.isSound { answer.note("\(replaced)") }
                    return answer
                }
                if json {
                    try JSON.say(answer)
                } else {
                    answer.findings.forEach { Terminal.say(Terminal.printable($0)) }
                    let more = answer.more > 0 ? ", \(answer.more) of them not listed" : ""
                    let users = answer.users == 1 ? "1 user" : "\(answer.users) users"
                    let mails = answer.mails == 1 ? "1 mail" : "\(answer.mails) mails"
                    Terminal.say(
                        "\(mails) of \(users) compared: \(answer.findings.count + answer.more) wrong\(more)")
                }
                guard answer.findings.isEmpty else { throw ExitCode(Failure.Code.dataError.rawValue) }
            }
        }
    }

    /// `sluice index rebuild`.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Indexes all stored mails anew, of one user or of everybody.",
            discussion: "Until a user's mails are indexed again, searches of that user miss some.")

        @Argument(help: "Only this user's mails.")
        var user: String?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let id = try await site.userID(user)
                let answer = try await site.ask(.post, "/index/rebuild" + IndexCommand.query(user)) { index in
                    RebuildAnswer(mails: try await index.rebuild(user: id))
                }
                if json { return try JSON.say(answer) }
                Terminal.say(answer.mails == 1 ? "1 mail was indexed" : "\(answer.mails) mails were indexed")
            }
        }
    }

    fileprivate static func query(_ user: String?) -> String {
        user.map { "?user=\(PercentCoding.encode($0))" } ?? ""
    }
}

extension SiteOptions {
    /// Asks the running server, or else the index itself.
    ///
    /// - Throws: What either says.
    func ask<Answer: Codable>(
        _ method: ControlRequest.Method, _ target: String, _ work: (MailIndex) async throws -> Answer
    ) async throws -> Answer {
        let (plan, services) = try plan()
        if let body = try await RunningServer(plan.site, directory).send(method, target) {
            return try JSON.decode(Answer.self, from: body)
        }
        let index = try services.mailIndex()
        if let replaced = index.replaced { Terminal.note("sluice: the search index: \(replaced)") }
        try await index.catchUp()
        let answer = try await work(index)
        try await index.close()
        return answer
    }

    /// The user with an address, if one is given.
    ///
    /// - Throws: `Failure` if there is none.
    fileprivate func userID(_ address: String?) async throws -> UserID? {
        guard let address else { return nil }
        return try await plan().services.user(address)
    }
}
