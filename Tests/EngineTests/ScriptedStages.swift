import MIME
import StageKit
import Synchronization

/// A stage that does what the test's script says.
protocol ScriptedStage: Stage where Configuration == NoConfiguration {
    var services: StageServices { get }
    init(services: StageServices)
}

extension ScriptedStage {
    init(configuration: NoConfiguration, services: StageServices) throws { self.init(services: services) }

    var script: Script {
        get throws { try services.shared { Script() } }
    }
}

enum ScriptFacts {
    static let word = Fact<String>("probe.word", "A word.")
    static let mark = Fact<String>("recipient-probe.mark", "A word about the recipient.")
}

/// Stands anywhere but at `recipient`; without a script it lets everything pass.
struct Probe: ScriptedStage, ConnectStage, MailStage {
    static let manifest = StageManifest(
        name: "probe", summary: "Does what the test says.", provides: [ScriptFacts.word.declaration])
    let services: StageServices

    func prepare() async throws {
        try script.note(life: "prepare")
        await (try script).preparation()
        if try script.isFrail { throw TestServer.Failure(description: "no such disk") }
    }

    func stop() async {
        do {
            try script.note(life: "stop")
        } catch {
            return  // without a script there is nobody to tell
        }
    }

    func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        try processAtOnce(&message, in: context)
    }

    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        try script.messageAtOnce(context.step)?(&message)
    }

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard let behaviour = try script.message(context.step) else { return .proceed }
        return try await behaviour(&message, context)
    }
}

/// Needs what the probe finds out.
struct Reader: ScriptedStage {
    static let manifest = StageManifest(
        name: "reader", summary: "Needs a word.", reads: [ScriptFacts.word.declaration])
    let services: StageServices

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard message.facts[ScriptFacts.word] != nil else { throw StageContractViolation("there is no word") }
        guard let behaviour = try script.message(context.step) else { return .proceed }
        return try await behaviour(&message, context)
    }
}

/// Stands at `recipient`.
struct RecipientProbe: ScriptedStage, RecipientStage {
    static let manifest = StageManifest(
        name: "recipient-probe", summary: "Does what the test says.", provides: [ScriptFacts.mark.declaration])
    let services: StageServices

    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        guard let behaviour = try script.recipient(context.step) else { return .proceed }
        return try await behaviour(&recipient, &message)
    }

    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? {
        try script.recipientAtOnce(context.step)?(&recipient, &message)
    }

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict { .proceed }
}

/// Stands in `session: message:` and may give back another content.
struct Rewriter: ScriptedStage, RewritingStage {
    static let manifest = StageManifest(name: "rewriter", summary: "Does what the test says.")
    let services: StageServices

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard let behaviour = try script.message(context.step) else { return .proceed }
        return try await behaviour(&message, context)
    }
}

/// Has a fact follow from the content.
struct Deriver: ScriptedStage, DerivingStage {
    static let subject = Fact<String>("deriver.subject", "The subject.")
    static let manifest = StageManifest(
        name: "deriver", summary: "Knows the subject.", provides: [subject.declaration])
    static let derivation = {
        var derivation = Derivation()
        derivation.add(subject) { $0.subject ?? "" }
        return derivation
    }()
    let services: StageServices

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        derive(&message)
        return .proceed
    }
}

/// Stores one message at a time.
struct Store: ScriptedStage {
    static let manifest = StageManifest(
        name: "store", summary: "Stores one message.", effects: .idempotent(by: "message, recipient and step"))
    let services: StageServices

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let script = try script
        script.note(Script.Call(step: context.step, messages: [message.id]))
        if let behaviour = script.message(context.step) { return try await behaviour(&message, context) }
        script.store(message, context.step)
        return .proceed
    }
}

/// Stores a batch of messages.
final class StoreBatch: BatchStage {
    struct Configuration: StageConfiguration {
        let batch: Int

        init(from settings: inout Settings) throws {
            batch = settings.take("batch", default: 8, "The batch limit.")
        }
    }

    static let manifest = StageManifest(
        name: "store-batch", summary: "Stores many messages.", effects: .idempotent(by: "message, recipient and step"))
    let batchLimit: Int
    private let services: StageServices

    init(configuration: Configuration, services: StageServices) throws {
        batchLimit = configuration.batch
        self.services = services
    }

    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        let script = try services.shared { Script() }
        script.note(Script.Call(step: context.step, messages: batch.map(\.id)))
        if let behaviour = script.batch(context.step) { return try await behaviour(&batch, context) }
        for message in batch { script.store(message, context.step) }
        return batch.map { _ in .proceed }
    }
}

/// Hands the pipeline's entrance to the test, and waits to be stopped.
final class MemoryReceiver: Receiver {
    typealias Configuration = NoConfiguration
    static let manifest = StageManifest(name: "memory", summary: "Lets the test in.")
    let listeners: [ListenerAddress] = []
    private let services: StageServices
    private let stopped: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
        (stopped, end) = AsyncStream.makeStream()
    }

    func receive(through entrance: any Entrance) async throws {
        let door = try services.shared { Door() }
        let session = door.takeSession()
        door.open(entrance)
        try await withThrowingTaskGroup { group in
            group.addTask { [stopped] in for await _ in stopped {} }
            group.addTask {
                for await _ in door.breakage { throw TestServer.Failure(description: "the port is gone") }
            }
            try await group.next()
            group.cancelAll()
        }
        await session?.pass()
        if session != nil, Task.isCancelled { door.noteCut() }
    }

    func stop() async { end.finish() }
}

/// Where the receivers of a server put their pipelines' entrances.
final class Door: Sendable {
    let entrances: AsyncStream<any Entrance>
    let breakage: AsyncStream<Void>
    private let arrivals: AsyncStream<any Entrance>.Continuation
    private let breaking: AsyncStream<Void>.Continuation
    private let session = Mutex<Gate?>(nil)
    private let cut = Atomic(false)

    init() {
        (entrances, arrivals) = AsyncStream.makeStream()
        (breakage, breaking) = AsyncStream.makeStream()
    }

    /// Has the next receiver go on after it is retired until the gate is open, as one with an open session does.
    func keepSession(until gate: Gate) { session.withLock { $0 = gate } }

    /// Whether that session was cut off.
    var isCut: Bool { cut.load(ordering: .acquiring) }

    func noteCut() { cut.store(true, ordering: .releasing) }

    func takeSession() -> Gate? {
        session.withLock { session in
            defer { session = nil }
            return session
        }
    }

    /// Has a receiver fail.
    func breakDown() { breaking.yield() }

    func open(_ entrance: any Entrance) { arrivals.yield(entrance) }

    /// No entrance comes any more.
    func close() { arrivals.finish() }
}
