import Bytes
import Logging
import PipelineFiles
import StageKit
import Testing

/// A stage that lets everything pass; the samples differ in what they declare.
protocol SampleStage: Stage {
    init()
}

extension SampleStage {
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
}

extension SampleStage where Configuration == NoConfiguration {
    init(configuration: NoConfiguration, services: StageServices) throws { self.init() }
}

enum SampleFacts {
    static let spf = Fact<String>(
        "spf.result", "The result of the SPF check.", oneOf: ["none", "pass", "softfail", "fail", ""])
    static let listed = Fact<Bool>("client.listed", "Whether a list of bad clients has the address.")
    static let mailbox = Fact<String>("recipient.mailbox", "The mailbox of the recipient.")
    static let attachments = Fact<Int>("mime.attachments", "How many attachments there are.")
    static let names = Fact<[String]>("mime.names", "The names of the attachments.")
    static let seals = Fact<String>("seal.authentication-results", "What the seals are worth.")
    static let score = Fact<Double>("spam.score", "How much it looks like spam.")
}

/// A setting whose example is a fact that is there.
struct FactName: SettingValue {
    let settingText: String

    static var settingType: String { "a fact" }
    static var settingForm: SettingForm { .word(example: placeholder.settingText) }
    static var placeholder: FactName { FactName(settingText: "envelope.sender") }
    static func read(_ node: SettingNode) -> Result<FactName, SettingFailure> {
        String.read(node).map(FactName.init)
    }
}

struct LookUpClient: SampleStage, ConnectStage {
    static let manifest = StageManifest(
        name: "look-up-client", summary: "Looks the client up in a list.", provides: [SampleFacts.listed.declaration],
        keeps: "what the list said, in lists of the data directory")

    func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
}

struct CheckSPF: SampleStage, MailStage {
    typealias Configuration = NoConfiguration
    static let manifest = StageManifest(
        name: "check-spf", summary: "Checks the sender's SPF record.", reads: [CoreFacts.sender.declaration],
        provides: [SampleFacts.spf.declaration], timeout: .seconds(10))

    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
}

struct CheckRecipient: SampleStage, RecipientStage {
    static let manifest = StageManifest(
        name: "check-recipient", summary: "Knows the mailboxes.", provides: [SampleFacts.mailbox.declaration])

    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict { .proceed }
}

struct ParseMIME: SampleStage {
    static let manifest = StageManifest(
        name: "parse-mime", summary: "Takes the message apart.",
        provides: [SampleFacts.attachments.declaration, SampleFacts.names.declaration])
}

struct WriteResults: SampleStage, RewritingStage {
    static let manifest = StageManifest(
        name: "write-results", summary: "Writes what was found.", readsIfPresent: [SampleFacts.seals.declaration])
}

struct CheckSeals: SampleStage {
    static let manifest = StageManifest(
        name: "check-seals", summary: "Checks seals.", provides: [SampleFacts.seals.declaration])
}

struct LimitClient: SampleStage, ConnectStage, SessionStage {
    static let manifest = StageManifest(name: "limit-client", summary: "Puts off who comes too often.")

    func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
}

/// Has settings of every form.
struct ScoreSpam: SampleStage {
    enum Mode: String, CaseIterable, SettingValue {
        case quick
        case thorough
    }

    struct Rule: Sendable, Equatable {
        let contains: String
        let points: Double
    }

    struct Configuration: StageConfiguration {
        let mode: Mode
        let limit: ByteCount
        let patience: Duration
        let words: [String]
        let rules: [Rule]
        let token: Secret?
        let port: Int

        init(from settings: inout Settings) throws {
            mode = settings.take("mode", default: .quick, "How closely to look.")
            limit = settings.take("limit", default: .megabytes(1), "How much of a message to look at.")
            patience = settings.take("patience", default: .seconds(5), "How long to look.")
            words = settings.take("words", default: [], "Words that cost a point each.")
            token = settings.takeOptional("token", "The password of the list of words.")
            port = settings.take("port", default: 80, "The port of the list of words.")
            rules = settings.takeGroups("rules", "Texts and their points.") { rule in
                if let fact: FactName = rule.takeOptional("fact", "The fact to look at.") {
                    rule.noteUse(of: fact.settingText, by: "fact", comparedWith: "is")
                }
                let _: [String]? = rule.takeOptional("is", "The texts to compare it with.")
                return Rule(
                    contains: rule.take("contains", "The text to look for."),
                    points: rule.take("points", default: 1, "What it adds to the score."))
            }
        }
    }

    static let manifest = StageManifest(
        name: "score-spam", summary: "Counts what looks like spam.", reads: [SampleFacts.attachments.declaration],
        readsIfPresent: [SampleFacts.spf.declaration], provides: [SampleFacts.score.declaration])

    init() {}
    init(configuration: Configuration, services: StageServices) throws {
        if configuration.patience == .placeholder { Issue.record("made from a placeholder") }
        guard configuration.port != 0 else { throw ConfigurationError("must not be 0", at: "port") }
    }
}

struct StoreMetadata: SampleStage {
    struct Configuration: StageConfiguration {
        let mailbox: String
        let highWater: Int

        init(from settings: inout Settings) throws {
            mailbox = settings.take("mailbox", "The mailbox to store in.")
            highWater = settings.takeGroup("limits", "How much to take.") { limits in
                limits.take("messages", default: 1_000, "How many messages to take.")
            }
        }
    }

    static let manifest = StageManifest(
        name: "store-metadata", summary: "Stores what the message says.",
        effects: .idempotent(by: "message and recipient"), concurrency: 4)

    init() {}
    init(configuration: Configuration, services: StageServices) throws {}
}

struct Index: SampleStage {
    static let manifest = StageManifest(
        name: "index", summary: "Makes the message searchable.", reads: [SampleFacts.attachments.declaration],
        effects: .idempotent(by: "store sequence"))
}

struct Notify: SampleStage {
    static let manifest = StageManifest(
        name: "notify", summary: "Tells who is there.", effects: .idempotent(by: "message"))
}

struct SampleReceiver: Receiver {
    struct Configuration: StageConfiguration {
        let listen: [String]
        let limit: ByteCount

        init(from settings: inout Settings) throws {
            listen = settings.take("listen", "The addresses to listen on.")
            limit = settings.takeGroup("limits", "How much to take.") { limits in
                limits.take("message", default: .megabytes(25), "The largest message.")
            }
        }
    }

    static let manifest = StageManifest(name: "smtp", summary: "Takes mail by SMTP.")
    let listeners: [ListenerAddress]
    private let limit: ByteCount

    init(configuration: Configuration, services: StageServices) throws {
        limit = configuration.limit
        listeners = try configuration.listen.map { text in
            guard let address = ListenerAddress(text) else {
                throw ConfigurationError("must have addresses such as 127.0.0.1:25, not \"\(text)\"", at: "listen")
            }
            return address
        }
    }

    func objection(to capacity: ByteCount) -> ConfigurationError? {
        limit > capacity
            ? ConfigurationError("is \(limit.settingText), more than \(capacity.settingText)", at: "limits.message")
            : nil
    }

    func receive(through entrance: any Entrance) async throws {}
}

enum Samples {
    static let catalog = StageCatalog([
        SampleReceiver.self, LookUpClient.self, CheckSPF.self, CheckRecipient.self, ParseMIME.self, WriteResults.self,
        CheckSeals.self,
        LimitClient.self, ScoreSpam.self,
        StoreMetadata.self, Index.self, Notify.self,
    ])

    static func services(_ site: Site) -> StageServices {
        StageServices(site: site, logger: Logger(label: "test")) { Timestamp(seconds: 0) }
    }
}
