import ArgumentParser

/// The command `sluice`.
@main
struct SluiceCommand: AsyncParsableCommand {
    /// The version of this server.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "A mail server assembled from stages.",
        version: "sluice \(version)",
        subcommands: [
            RunCommand.self, ReloadCommand.self, CheckCommand.self, StagesCommand.self, SearchCommand.self,
            MailCommand.self,
            UserCommand.self, QueueCommand.self, QuarantineCommand.self, AttachmentsCommand.self, WatchCommand.self,
            IndexCommand.self,
            DemoDNSCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let unknown = UnknownCommand(in: arguments, of: self) {
            Terminal.complain("\(unknown)")
            exit(withError: ExitCode.validationFailure)
        }
        await main(SearchCommand.settingQueryApart(arguments))
    }
}
