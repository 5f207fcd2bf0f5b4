import Addressing
import Bytes
import CheckHeloStage
import DemoDNS
import Glibc
import GreylistStage
import LimitRateStage
import Logging
import Resolver
import SMTP
import StageKit
import StageTesting
import Synchronization
import Testing

/// The stages of the later phases.
struct SessionStagesTests {
    /// A clock that tests set.
    private final class Clock: Sendable {
        private let moment = Mutex(Samples.now)
        var now: Timestamp {
            get { moment.withLock { $0 } }
            set { moment.withLock { $0 = newValue } }
        }
        func context() -> StageContext {
            StageContext(
                pipeline: "test", step: "session.test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { self.now })
        }
    }

    @Test(arguments: [
        ("mail.example.com", "plausible", true), ("mx.example.org", "ours", false),
        ("nobody.example.com", "unknown", true),
        ("local", "unqualified", true),
    ])
    func `check-helo refuses what it is told to`(_ name: String, _ result: String, _ passes: Bool) async throws {
        let server = try LoopbackDNSServer(zone: DNSZone(["mail.example.com": [.address(.v4(0xC000_0201))]]))
        defer { server.stop() }
        let settings: Written = ["reject": ["ours", "malformed"]]
        let stage = try CheckHelo(
            configuration: Fitting.configuration(CheckHelo.Configuration.self, settings.node),
            services: Fitting.services(port: server.port))
        try await stage.prepare()
        var message = Samples.message(text: "")
        message.client.helo = name
        let verdict = try await stage.mail(&message, in: Samples.context())
        #expect(message.facts[CheckHelo.Provided.result] == result)
        #expect((verdict == .proceed) == passes)
        await stage.stop()
    }

    @Test func `limit-rate counts each client alone and says when to come back`() async throws {
        let clock = Clock()
        let stage = try LimitRate(
            configuration: Fitting.configuration(
                LimitRate.Configuration.self, (["allow": "2", "per": "20s"] as Written).node),
            services: Fitting.services(port: 53))
        var message = Fitting.connection(from: "2001:db8::1")
        var neighbour = Fitting.connection(from: "2001:db8::2")
        var stranger = Fitting.connection(from: "2001:db8:0:1::1")
        #expect(try await stage.connect(&message, in: clock.context()) == .proceed)
        #expect(try await stage.connect(&neighbour, in: clock.context()) == .proceed)
        guard case .postpone(let reply, let reason) = try await stage.connect(&message, in: clock.context()) else {
            Issue.record("let through")
            return
        }
        #expect(reply.code == 421 && reply.description.contains("10 seconds"))
        #expect(reason.contains("2001:db8::/64"))
        guard case .postpone(let later, _) = try await stage.mail(&message, in: clock.context()) else {
            Issue.record("let through")
            return
        }
        #expect(later.code == 450)
        guard case .postpone(let last, _) = try await stage.process(&message, in: clock.context()) else {
            Issue.record("let through")
            return
        }
        #expect(last.code == 450)
        #expect(try await stage.connect(&stranger, in: clock.context()) == .proceed)
        clock.now = clock.now + .seconds(10)
        #expect(try await stage.connect(&message, in: clock.context()) == .proceed)
    }

    @Test func `limit-rate counts on when files are taken up that leave the step as it was`() async throws {
        let clock = Clock()
        let services = Fitting.services(port: 53)
        func stage(_ allow: String) throws -> LimitRate {
            try LimitRate(
                configuration: Fitting.configuration(
                    LimitRate.Configuration.self, (["allow": .text(allow), "per": "20s"] as Written).node),
                services: services)
        }
        var message = Fitting.connection(from: "192.0.2.7")
        func passes(_ stage: LimitRate, _ context: StageContext) async throws -> Bool {
            try await stage.mail(&message, in: context) == .proceed
        }
        let (before, after) = (try stage("2"), try stage("2"))
        #expect(try await passes(before, clock.context()))
        #expect(try await passes(after, clock.context()))
        #expect(try await !passes(after, clock.context()))
        #expect(try await !passes(before, clock.context()))
        // Another step of the same settings counts for itself, and other settings begin anew.
        var elsewhere = clock.context()
        elsewhere = StageContext(
            pipeline: "test", step: "session.other", logger: elsewhere.logger, now: elsewhere.now)
        #expect(try await passes(try stage("2"), elsewhere))
        #expect(try await passes(try stage("3"), clock.context()))
    }

    @Test func `limit-rate without a limit has a problem`() throws {
        let none: Written = ["allow": "0", "per": "0s"]
        #expect(try Fitting.problems(of: LimitRate.Configuration.self, none.node).count == 2)
        #expect(try Fitting.problems(of: LimitRate.Configuration.self, Written.map([]).node).count == 2)
    }

    @Test func `greylist puts a sender off once, and remembers it over a restart`() async throws {
        var template = Array("/tmp/sluice-greylist-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        let directory = String(cString: made)
        defer { _ = Glibc.system("rm -r '\(directory)'") }
        let clock = Clock()
        var recipient = try #require(Samples.message(text: "").recipients.first)
        for round in 0..<2 {
            let stage = try Greylist(
                configuration: Fitting.configuration(Greylist.Configuration.self, (["delay": "5m"] as Written).node),
                services: Fitting.services(port: 53, dataDirectory: directory))
            try await stage.prepare()
            var message = Samples.message(text: "")
            if round == 0 {
                let verdict = try await stage.recipient(&recipient, of: &message, in: clock.context())
                guard case .postpone(let reply, _) = verdict else {
                    Issue.record("let through")
                    return
                }
                #expect(reply.code == 450 && reply.description.contains("300 seconds"))
                #expect(recipient.facts[Greylist.Provided.result] == "new")
                #expect(try await stage.process(&message, in: clock.context()) != .proceed)
            } else {
                clock.now = clock.now + .seconds(301)
                #expect(try await stage.recipient(&recipient, of: &message, in: clock.context()) == .proceed)
                #expect(recipient.facts[Greylist.Provided.result] == "returned")
            }
            await stage.stop()
            await stage.stop()
        }
    }

    @Test func `greylist times that contradict each other are problems`() throws {
        let wrong: Written = ["delay": "2d", "window": "1d", "memory": "1h"]
        #expect(try Fitting.problems(of: Greylist.Configuration.self, wrong.node).count == 2)
    }
}
