import ArgumentParser
import AttachmentStore
import ControlServer
import DurableQueue
import Mailboxes
import PipelineFiles

/// `sluice attachments`: how much the attachment store holds.
struct AttachmentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachments", abstract: "Counts the distinct attachments that are kept.",
        discussion: """
            Attachments outlive their mails: --collect removes those that neither stored nor queued mail refers to, while
            the server runs or not.
            """)

    @Flag(help: "Remove attachments that no mail refers to, first.")
    var collect = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteOptions

    func run() async throws {
        try await reportingFailures {
            let (plan, services) = try site.plan()
            var removed: CollectionAnswer?
            if collect {
                if let body = try await RunningServer(plan.site, site.directory).send(.post, "/attachments/collect") {
                    removed = try JSON.decode(CollectionAnswer.self, from: body)
                } else {
                    let (queue, _) = try openQueue(plan.site)
                    removed = try await AttachmentCleaning(services: services, queue: queue).run()
                    try await queue.close()
                }
            }
            try say(try await services.attachmentStore().statistics(), removed)
        }
    }

    private func say(_ statistics: AttachmentStatistics, _ removed: CollectionAnswer?) throws {
        if json {
            return try JSON.say(
                AttachmentsAnswer(
                    blobs: statistics.contents, bytes: statistics.octets, removedBlobs: removed?.blobs,
                    removedBytes: removed?.bytes))
        }
        if let removed {
            Terminal.say("\(removed.blobs) attachments that no mail refers to were removed, \(removed.bytes) octets")
        }
        Terminal.say("\(statistics.contents) distinct attachments, \(statistics.octets) octets")
    }
}

/// What `sluice attachments --json` prints.
struct AttachmentsAnswer: Encodable {
    let blobs: Int
    let bytes: Int
    let removedBlobs: Int?
    let removedBytes: Int?
}

/// What a collection has removed.
struct CollectionAnswer: Codable {
    let blobs: Int
    let bytes: Int
}
