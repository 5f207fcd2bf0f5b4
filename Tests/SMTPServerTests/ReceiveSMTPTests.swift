import Bytes
import Logging
import ReceiveSMTPStage
import SMTP
import StageKit
import Testing

@Suite struct ReceiveSMTPTests {
    private static let place = SourceLocation(file: "inbound.yaml", line: 1, column: 1)

    private static func scalar(_ text: String) -> SettingNode { SettingNode(.scalar(text, isQuoted: false), at: place) }

    private static func group(_ entries: [(String, SettingNode)]) -> SettingNode {
        SettingNode(
            .map(entries.map { SettingNode.Entry(key: $0.0, location: place, value: $0.1) }), at: place)
    }

    private static func listen(_ texts: String...) -> (String, SettingNode) {
        ("listen", SettingNode(.list(texts.map(scalar)), at: place))
    }

    private var services: StageServices {
        StageServices(
            site: Site(hostName: "mx.example.org", localDomains: ["example.org"], dataDirectory: "/nowhere"),
            logger: Logger(label: "test"), now: { Timestamp(seconds: 0) })
    }

    @Test func `settings have defaults and are read with their units`() throws {
        var settings = Settings(Self.group([Self.listen("127.0.0.1:0", "[::1]:2525")]))
        let plain = try ReceiveSMTP.Configuration(from: &settings)
        #expect(settings.finish().isEmpty)
        #expect(plain.listeners.map(\.description) == ["127.0.0.1:0", "[::1]:2525"])
        #expect(plain.limits.message == .megabytes(25) && plain.limits.recipients == 100)
        #expect(plain.bareNewlines == .normalise && plain.timeouts.command == .seconds(300))

        let limits = Self.group([("message", Self.scalar("1MB")), ("sessions-per-address", Self.scalar("3"))])
        var changed = Settings(
            Self.group([
                Self.listen("127.0.0.1:0"), ("limits", limits), ("bare-newlines", Self.scalar("refuse")),
                ("timeouts", Self.group([("data", Self.scalar("20s"))])), ("threads", Self.scalar("2")),
            ]))
        let other = try ReceiveSMTP.Configuration(from: &changed)
        #expect(changed.finish().isEmpty)
        #expect(other.limits.message == .megabytes(1) && other.limits.sessionsPerAddress == 3)
        #expect(other.bareNewlines == .refuse && other.timeouts.data == .seconds(20) && other.threads == 2)
    }

    @Test func `all mistakes are found at once`() throws {
        var settings = Settings(
            Self.group([
                Self.listen("localhost"),
                ("limits", Self.group([("message", Self.scalar("25")), ("recipient", Self.scalar("1"))])),
                ("bare-newlines", Self.scalar("refused")),
            ]))
        _ = try ReceiveSMTP.Configuration(from: &settings)
        let problems = settings.finish()
        #expect(Set(problems.map(\.kind)) == [.wrongType, .wrongUnit, .unknownKey])
        #expect(problems.contains { $0.suggestion == "recipients" } && problems.contains { $0.suggestion == "refuse" })
    }

    @Test func `a limit of messages beyond what can be kept is objected to at its place`() throws {
        var settings = Settings(
            Self.group([Self.listen("127.0.0.1:0"), ("limits", Self.group([("message", Self.scalar("2MB"))]))]))
        let receiver = try ReceiveSMTP(configuration: ReceiveSMTP.Configuration(from: &settings), services: services)
        #expect(receiver.objection(to: .megabytes(2)) == nil)
        let error = try #require(receiver.objection(to: ByteCount(octets: 1_999_999)))
        #expect(error.setting == "limits.message" && error.text.contains("2MB"))
    }

    @Test(
        arguments: [
            ("limits", "errors", "0", "limits.errors"), ("limits", "message", "0B", "limits.message"),
            ("timeouts", "command", "0s", "timeouts.command"), ("timeouts", "handshake", "0s", "timeouts.handshake"),
            ("tarpit", "delay", "61s", "tarpit.delay"), ("tarpit", "after-errors", "-1", "tarpit.after-errors"),
        ])
    func `settings that make no sense are refused`(group: String, key: String, value: String, setting: String) throws {
        var settings = Settings(
            Self.group([Self.listen("127.0.0.1:0"), (group, Self.group([(key, Self.scalar(value))]))]))
        let configuration = try ReceiveSMTP.Configuration(from: &settings)
        let services = services
        let error = #expect(throws: ConfigurationError.self) {
            try ReceiveSMTP(configuration: configuration, services: services)
        }
        #expect(error?.setting == setting)
    }

    @Test(arguments: [("greeting-delay", "61s"), ("early-talkers", "refuse")])
    func `a greeting that nobody would wait for, or that nobody could be too early for, is refused`(
        key: String, value: String
    ) throws {
        var settings = Settings(Self.group([Self.listen("127.0.0.1:0"), (key, Self.scalar(value))]))
        let configuration = try ReceiveSMTP.Configuration(from: &settings)
        let services = services
        let error = #expect(throws: ConfigurationError.self) {
            try ReceiveSMTP(configuration: configuration, services: services)
        }
        #expect(error?.setting == "greeting-delay")
    }

    @Test func `it binds in prepare, serves, and can be stopped twice or before it starts`() async throws {
        var settings = Settings(Self.group([Self.listen("127.0.0.1:0")]))
        let configuration = try ReceiveSMTP.Configuration(from: &settings)
        let idle = try ReceiveSMTP(configuration: configuration, services: services)
        await idle.stop()
        let receiver = try ReceiveSMTP(configuration: configuration, services: services)
        try await receiver.prepare()
        async let receiving: Void = receiver.receive(through: MemoryEntrance())
        await receiver.stop()
        await receiver.stop()
        try await receiving
        #expect(receiver.listeners == configuration.listeners && ReceiveSMTP.name.description == "smtp")
    }
}
