import ArgumentParser
import Bytes
import MailStore
import Mailboxes
import StageKit

/// `sluice mail`: a user's mail as it is stored.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Lists, shows and exports a user's mail; works while the server runs.",
        subcommands: [List.self, Show.self, Export.self])

    /// How many mails are read from the store at once.
    static let page = 500

    /// `sluice mail list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a user's mail, newest first.")

        @Argument(help: "The user's address.")
        var user: String

        @Option(help: "Only this mailbox, such as INBOX or Junk.")
        var mailbox: String?

        @Option(help: "How many mails to show.")
        var limit = 20

        @Option(help: "Go on behind the mail of this number: the next page.")
        var after: UInt32?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let (_, services) = try site.planInPlace()
                let user = try await services.user(user)
                let mails = try await services.mailStore().list(
                    user: user, mailbox: mailbox, before: after, limit: limit)
                let next = mails.count == limit ? mails.last?.number : nil
                let total = try await services.mailStore().count(user: user, mailbox: mailbox)
                let answer = SearchAnswer(total: total, hits: mails.map { .init($0) }, next: next)
                if json { try JSON.say(answer) } else { MailList.say(answer) }
            }
        }
    }

    /// `sluice mail show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one mail.")

        @Argument(help: "The user's address.")
        var user: String

        @Argument(help: "The mail's number, as search and list print it.")
        var id: UInt32

        @Flag(
            help: """
                Print the message octet for octet as it was accepted: without forged Authentication-Results, and without \
                the fields of this server, which mail export puts in front.
                """)
        var raw = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func validate() throws {
            if raw, json { throw ValidationError("--raw prints octets and --json does not; take one of them") }
        }

        func run() async throws {
            try await reportingFailures {
                let (_, services) = try site.planInPlace()
                let owner = try await services.user(user)
                let reader = try services.mailReader()
                let missing = Failure(.dataError, "\(user) has no mail \(id)")
                guard raw else {
                    guard let mail = try await reader.mail(user: owner, number: id) else { throw missing }
                    return json ? try JSON.say(MailAnswer(mail)) : MailText.say(mail)
                }
                guard let body = try await reader.store.body(user: owner, number: id) else { throw missing }
                try await reader.give(body) { Terminal.say(octets: $0) }
            }
        }
    }
}

extension StageServices {
    /// Reads stored mail back.
    ///
    /// - Throws: What opening the stores says.
    func mailReader() throws -> MailReader {
        MailReader(store: try mailStore(), attachments: try attachmentStore())
    }
}
