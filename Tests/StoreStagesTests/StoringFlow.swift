import Addressing
import Bytes
import DurableQueue
import Engine
import Foundation
import IndexMailStage
import Logging
import MailStore
import Mailboxes
import NotifyStage
import PipelineFiles
import SimulatedFiles
import StageKit
import StageTesting
import StoreAttachmentsStage
import StoreMetadataStage
import Synchronization

/// What the test takes away while a message passes.
final class Cutter: Sendable {
    /// Called with the step's name the first time a message comes to it.
    let cut: @Sendable (String) async -> Void

    init(_ cut: @escaping @Sendable (String) async -> Void = { _ in }) { self.cut = cut }
}

/// Stands behind a storing step: its effect is there, and no record says so.
struct Cut: Stage {
    static let manifest = StageManifest(name: "cut", summary: "Tells the test that a message passes.")
    private let services: StageServices

    init(configuration: NoConfiguration, services: StageServices) { self.services = services }

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await services.shared { Cutter() }.cut(context.step)
        return .proceed
    }
}

/// Where the entrance is left.
final class Doorway: Sendable {
    let entrances: AsyncStream<any Entrance>
    let arrivals: AsyncStream<any Entrance>.Continuation

    init() { (entrances, arrivals) = AsyncStream.makeStream() }
}

/// Hands the entrance to the test, and waits to be stopped.
final class Inlet: Receiver {
    static let manifest = StageManifest(name: "inlet", summary: "Lets the test in.")
    let listeners: [ListenerAddress] = []
    private let doorway: Doorway
    private let stopped: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(configuration: NoConfiguration, services: StageServices) throws {
        doorway = try services.shared { Doorway() }
        (stopped, end) = AsyncStream.makeStream()
    }

    func receive(through entrance: any Entrance) async throws {
        doorway.arrivals.yield(entrance)
        for await _ in stopped {}
    }

    func stop() async { end.finish() }
}

/// The engine with the real storing stages: its queue on a simulated disk, the stores in a directory.
struct StoringFlow {
    struct Trouble: Error { let what: String }

    static let steps = ["store-attachments", "store-metadata", "index", "notify"]

    let services: StageServices
    let queue: DurableQueue
    private let engine: Engine
    private let doorway: Doorway

    init(_ directory: URL, _ disk: SimulatedFileSystem, _ cutter: Cutter = Cutter()) async throws {
        let site = Samples.site(dataDirectory: directory.path)
        services = StageServices(
            site: site, logger: Logger(label: "flow") { _ in SwiftLogNoOpLogHandler() }, now: { Samples.now })
        _ = try services.shared { cutter }
        doorway = try services.shared { Doorway() }
        let store = try services.mailStore()
        for user in MailServer.people where try await store.user(for: user) == nil {
            _ = try await store.addUser(user)
        }
        (queue, _) = try DurableQueue.open(directory: "/var/queue", fileSystem: disk) { Samples.now }
        let versions = KeptVersions(directory: "/var/versions", fileSystem: disk) { [services] text in
            let files = [PipelineCheck.siteFileName: text.site, text.fileName: text.pipeline]
            guard let plan = try Self.plan(files, services).pipelines.first else { throw Trouble(what: "no pipeline") }
            return plan
        }
        engine = Engine(plan: try Self.plan(Self.files, services), services: services, queue: queue, versions: versions)
    }

    private static var files: [String: [UInt8]] {
        let deliver = steps.flatMap { [$0, "cut: { as: after-\($0) }"] }.joined(separator: ", ")
        return [
            "site.yaml": """
            sluice: 1
            host-name: mx.example.org
            local-domains: [example.org]
            postmaster: user@example.org
            data-directory: /nowhere
            """,
            "inbound.yaml": """
            sluice: 1
            pipeline: inbound
            receive: { inlet: {} }
            accept: { queue: { when-full: '452 4.3.1 Try again later' } }
            deliver: [ \(deliver) ]
            """,
        ].mapValues { Array($0.utf8) }
    }

    private static func plan(_ files: [String: [UInt8]], _ services: StageServices) throws -> SitePlan {
        let catalog = StageCatalog([
            StoreAttachments.self, StoreMetadata.self, IndexMail.self, Notify.self, Cut.self, Inlet.self,
        ])
        let reader = FileReader(list: { _ in files.keys.sorted() }, read: { files[$0] ?? [] })
        let checked = PipelineCheck(catalog: catalog, environment: [:], reader: reader) { _ in services }.check("")
        guard let plan = checked.plan else { throw Trouble(what: "\(checked.findings)") }
        return plan
    }

    /// Serves while the body uses the entrance, then stops, and closes the stores.
    func serve(_ body: (any Entrance) async throws -> Void) async throws {
        try await engine.prepare()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [engine, doorway] in
                defer { doorway.arrivals.finish() }
                try await engine.run()
            }
            for await entrance in doorway.entrances {
                do {
                    try await body(entrance)
                } catch {
                    engine.stop()
                    throw error
                }
                break
            }
            engine.stop()
            try await group.waitForAll()
        }
        try await services.mailIndex().close()
        try await services.mailStore().close()
    }

    /// Waits until nothing is pending.
    func settled() async throws {
        for _ in 0..<6_000 {
            if queue.pending(limit: 1).isEmpty { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Trouble(what: "the mail is not delivered")
    }
}

extension Entrance {
    /// Has a message for some people accepted.
    func send(_ content: [UInt8], to recipients: [String]) async throws -> MessageID {
        var message = makeMessage(
            from: Client(address: "192.0.2.1", port: 4_000, helo: "mail.example.com", transport: "ESMTP"))
        for (index, recipient) in recipients.enumerated() {
            let parts = recipient.split(separator: "@").map(String.init)
            message.recipients.append(
                Recipient(EmailAddress(localPart: parts[0], domain: parts[1]), index: index))
        }
        guard case .accepted(let receipt) = await accept(message.with(content: Octets(content))) else {
            throw StoringFlow.Trouble(what: "the message was refused")
        }
        return receipt.message
    }
}
