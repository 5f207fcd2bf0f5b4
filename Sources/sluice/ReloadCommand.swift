import ArgumentParser
import ControlServer
import StageKit

/// `sluice reload`: the running server takes up its files.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Has the running server take new mail under the files as they are now.",
        discussion: """
            Sessions that are open and mail that is queued finish under the version they began with. No connection is \
            refused meanwhile. If anything is wrong with the files, it is said and nothing changes. SIGHUP does the same.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await reportingFailures {
            let present = try site.site()
            guard let body = try await RunningServer(present, site.directory).send(.post, "/reload") else {
                throw Failure(.unavailable, "no server runs on \(present.dataDirectory); start it with sluice run")
            }
            let answer = try JSON.decode(Reload.Answer.self, from: body)
            if json {
                try JSON.say(answer)
            } else {
                for line in answer.lines { answer.isDone ? Terminal.say(line) : Terminal.complain(line) }
            }
            guard answer.isDone else { throw ExitCode(Failure.Code.configuration.rawValue) }
        }
    }
}
