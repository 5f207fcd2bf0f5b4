import ArgumentParser
import AttachmentStore
import Mailboxes

/// `sluice attachments`: how much the attachment store holds.
struct AttachmentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachments", abstract: "Counts the distinct attachments that are kept.")

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var site: SiteOptions

    private struct Answer: Encodable {
        let blobs: Int
        let bytes: Int
    }

    func run() async throws {
        try await reportingFailures {
            let (_, services) = try site.plan()
            let statistics = try await services.attachmentStore().statistics()
            let answer = Answer(blobs: statistics.contents, bytes: statistics.octets)
            if json { return try JSON.say(answer) }
            Terminal.say("\(answer.blobs) distinct attachments, \(answer.bytes) octets")
        }
    }
}
