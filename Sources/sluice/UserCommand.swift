import Addressing
import StageKit
import PipelineFiles
import ArgumentParser
import ControlServer
import Files
import MailStore
import Mailboxes

/// `sluice user`: who has a mailbox.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Adds, lists and removes those who have a mailbox.",
        subcommands: [Add.self, List.self, Remove.self])

    /// `sluice user add`.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives an address a mailbox; works while the server runs.")

        @Argument(help: "The address.")
        var address: String

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let (plan, services) = try site.planInPlace()
                let domain = try domain(of: address)
                guard plan.site.localDomains.contains(domain) else {
                    let domains = plan.site.localDomains.sorted().joined(separator: ", ")
                    throw Failure(
                        .dataError,
                        "\(domain) is not a local domain of \(plan.sourceFile), which has \(domains); mail would not come in"
                    )
                }
                do {
                    _ = try await services.mailStore().addUser(address)
                } catch let error as MailStoreError {
                    throw Failure(error.isBusy ? .temporary : .dataError, "\(error)")
                }
                Terminal.say("\(address) has a mailbox now")
            }
        }

        private func domain(of text: String) throws -> String {
            do {
                return try EmailAddress(parsing: text).domain.lowercased()
            } catch {
                throw Failure(.dataError, "\(text) is not an address such as alice@example.org: \(error)")
            }
        }
    }

    /// `sluice user remove`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an address its mailbox; works while the server runs.",
            discussion:
                "Attachments stay in the attachment store until `sluice attachments --collect` removes those that no mail refers to."
        )

        @Argument(help: "The address.")
        var address: String

        @Flag(help: "Remove the user's mail, too; without it, a user who has mail stays.")
        var mail = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let target = "/user/remove?user=\(PercentCoding.encode(address))&mail=\(mail)"
                let answer: RemovalAnswer
                do {
                    answer = try await site.ask(.post, target) { index in
                        RemovalAnswer(mails: try await index.removeUser(address, withMail: mail))
                    }
                } catch let error as MailStoreError where error.isRefusal {
                    throw Failure(.dataError, "\(error)")
                }
                if json { return try JSON.say(answer) }
                let mails = answer.mails == 1 ? "1 mail was" : "\(answer.mails) mails were"
                Terminal.say("\(address) has no mailbox any more\(mail ? "; \(mails) removed" : "")")
                if try EmailAddress(parsing: address) == site.site().postmaster {
                    Terminal.note("the mail for postmaster reaches nobody now: site.yaml has it go to \(address)")
                }
            }
        }
    }

    /// `sluice user list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the addresses that have a mailbox.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        func run() async throws {
            try await reportingFailures {
                let (_, services) = try site.planInPlace()
                let addresses = try await services.mailStore().users().map(\.address)
                if json { return try JSON.say(addresses) }
                addresses.forEach(Terminal.say)
            }
        }
    }
}

/// What a removal took.
struct RemovalAnswer: Codable {
    let mails: Int
}
