import Bytes
import SMTP
import StageKit
import Synchronization

struct Trouble: Error, CustomStringConvertible { let description = "trouble" }

/// A stage that keeps the contract wherever a test does not say otherwise.
protocol Decent: Stage {
    init()
}

extension Decent {
    static var manifest: StageManifest { StageManifest(name: "decent", summary: "Does no harm.") }
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
    init(configuration: Configuration, services: StageServices) throws { self.init() }
}

/// The same for batches.
protocol DecentBatch: BatchStage {
    init()
}

extension DecentBatch {
    static var manifest: StageManifest { StageManifest(name: "decent-batch", summary: "Does no harm.") }
    var batchLimit: Int { 4 }
    init(configuration: Configuration, services: StageServices) throws { self.init() }
    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        batch.map { _ in .proceed }
    }
}

enum GoodFacts {
    static let word = Fact<String>("good.word", "A word.")
}

struct Good: Decent {
    struct Configuration: StageConfiguration {
        init(from settings: inout Settings) throws {
            let _: ByteCount = settings.take("size", "A size.")
            let _: [String] = settings.take("words", "Some words.")
        }
    }

    static var manifest: StageManifest {
        StageManifest(name: "good", summary: "Does no harm.", provides: [GoodFacts.word.declaration])
    }

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        message.facts[GoodFacts.word] = "word"
        return .proceed
    }
}

struct GoodBatch: DecentBatch { typealias Configuration = NoConfiguration }

struct BadManifest: Decent {
    typealias Configuration = NoConfiguration
    static var manifest: StageManifest {
        StageManifest(
            name: "Bad Name", summary: "no sentence",
            readsIfPresent: [Fact<Int>("Some Fact", "A fact.").declaration], timeout: .zero, concurrency: 0)
    }
}

struct BadSummary: Decent {
    struct Configuration: StageConfiguration {
        init(from settings: inout Settings) throws { let _: Int = settings.take("size", default: 1, "no sentence") }
    }
}

struct BadSample: Decent {
    struct Configuration: StageConfiguration {
        init(from settings: inout Settings) throws {
            let _: Int = settings.take("size", "A size.")
            settings.note("size", "is never right")
        }
    }
}

struct TakesAnything: Decent {
    struct Configuration: StageConfiguration {
        init(from settings: inout Settings) throws {
            let _: String? = settings.takeOptional("no-such-setting", "Whatever there is.")
        }
    }
}

struct RefusesItsSample: Decent {
    struct Configuration: StageConfiguration {
        init(from settings: inout Settings) throws {
            let size: Int = settings.take("size", "A size.")
            guard size > 1_000 else { throw ConfigurationError("must be larger", at: "size") }
        }
    }
}

struct CannotPrepare: Decent {
    typealias Configuration = NoConfiguration
    func prepare() async throws { throw Trouble() }
}

struct FailsWhenCancelled: Decent {
    typealias Configuration = NoConfiguration
    func run() async throws { throw Trouble() }
}

struct NeverEnds: Decent {
    typealias Configuration = NoConfiguration
    func run() async throws { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
}

struct NeverStops: Decent {
    typealias Configuration = NoConfiguration
    func stop() async { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
}

struct ChangesRecipients: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        message.recipients = []
        return .proceed
    }
}

struct ChangesContent: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        message = message.with(content: Octets([1]))
        return .proceed
    }
}

final class ChangesItsMind: Decent {
    typealias Configuration = NoConfiguration
    private let count = Mutex(0)
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return number.isMultiple(of: 2) ? .proceed : .discard(reason: "odd")
    }
}

struct Hangs: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard message.content.array.starts(with: Array("\r\nonly".utf8)) else { return .proceed }
        await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        return .proceed
    }
}

struct ForgetsFacts: Decent {
    typealias Configuration = NoConfiguration
    static var manifest: StageManifest {
        StageManifest(name: "forgets", summary: "Forgets its fact.", provides: [GoodFacts.word.declaration])
    }
}

struct SaysAnotherWord: Decent {
    typealias Configuration = NoConfiguration
    private static let word = Fact<String>("good.word", "A word.", oneOf: ["yes", "no"])
    static var manifest: StageManifest {
        StageManifest(name: "says-another", summary: "Says another word.", provides: [word.declaration])
    }
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        message.facts[Self.word] = "perhaps"
        return .discard(reason: "none")
    }
}

struct SaysYesToReject: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        .reject(Reply(250, nil, "fine"), reason: "none")
    }
}

struct PostponesForGood: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        .postpone(Reply(.policyViolation, "never"), reason: "none")
    }
}

struct Miscounts: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        .perRecipient([.proceed, .proceed])
    }
}

struct Nests: Decent {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        .perRecipient([.perRecipient([.proceed])])
    }
}

struct NoBatch: DecentBatch {
    typealias Configuration = NoConfiguration
    var batchLimit: Int { -1 }
}

struct LosesVerdicts: DecentBatch {
    typealias Configuration = NoConfiguration
    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] { [.proceed] }
}

struct ChangesBatch: DecentBatch {
    typealias Configuration = NoConfiguration
    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        if batch.count > 1 { batch[1] = batch[1].with(content: Octets([1])) }
        return batch.map { _ in .proceed }
    }
}

struct ChangesRecipientIndex: Decent, RecipientStage {
    typealias Configuration = NoConfiguration
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        recipient = Recipient(recipient.address, index: 7)
        return .proceed
    }
}

/// Says that it has to wait when it has done half of its work.
struct WaitsTooLate: Decent {
    typealias Configuration = NoConfiguration
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        message.facts["half"] = .bool(true)
        return nil
    }
}

/// Says something else in a hurry.
struct HurriesToDiscard: Decent {
    typealias Configuration = NoConfiguration
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        .discard(reason: "no time")
    }
}

struct FindsMoreAtOnce: Decent, MailStage, RecipientStage {
    typealias Configuration = NoConfiguration
    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        message.facts["more"] = .bool(true)
        return .proceed
    }
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict { .proceed }
    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? {
        recipient.facts["more"] = .bool(true)
        return .proceed
    }
}

/// Fails at once only, as a sender and as a recipient.
struct FailsPhasesAtOnce: Decent, MailStage, RecipientStage {
    typealias Configuration = NoConfiguration
    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { throw Trouble() }
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict { .proceed }
    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? { throw Trouble() }
}

/// Answers at once what it cannot answer at all.
struct AnswersAtOnceOnly: Decent, ConnectStage, MailStage, RecipientStage {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict { throw Trouble() }
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { .proceed }
    func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict { throw Trouble() }
    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict { throw Trouble() }
    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { .proceed }
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict { throw Trouble() }
    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? { .proceed }
}

/// Fails whatever it is asked, and however.
struct AlwaysFails: Decent, MailStage, RecipientStage {
    typealias Configuration = NoConfiguration
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict { throw Trouble() }
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { throw Trouble() }
    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict { throw Trouble() }
    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { throw Trouble() }
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict { throw Trouble() }
    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? { throw Trouble() }
}

struct FailsAtOnce: Decent {
    typealias Configuration = NoConfiguration
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { throw Trouble() }
}
