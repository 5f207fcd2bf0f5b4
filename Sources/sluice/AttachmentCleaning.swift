import AttachmentStore
import Bytes
import DurableQueue
import Engine
import Logging
import Mailboxes
import StageKit

/// Removes attachments that neither stored nor queued mail refers to.
struct AttachmentCleaning: Sendable {
    let services: StageServices
    let queue: DurableQueue

    /// How long messages that are being delivered are waited for: more than a step may take by default.
    private static let patience: Duration = .seconds(150)
    private static let pause: Duration = .milliseconds(50)

    /// Removes them; returns how much went.
    ///
    /// - Throws: What the stores say; a failure if mail is under delivery for too long.
    func run() async throws -> CollectionAnswer {
        let reader = MailReader(store: try services.mailStore(), attachments: try services.attachmentStore())
        let removed = try await reader.attachments.collect {
            // What these have stored so far is known to nobody else until they are settled or postponed.
            try await waitForClaimed()
            // The queue first: what leaves it meanwhile is in the store then.
            var kept = try queuedAttachments()
            kept.formUnion(try await reader.referredAttachments())
            return kept
        }
        services.logger.info(
            "attachments removed that no mail refers to",
            metadata: ["attachments": "\(removed.contents)", "octets": "\(removed.octets)"])
        return CollectionAnswer(blobs: removed.contents, bytes: removed.octets)
    }

    private func waitForClaimed() async throws {
        let claimed = queue.claimedMessages()
        let deadline = ContinuousClock.now + Self.patience
        while queue.isAnyClaimed(claimed) {
            guard ContinuousClock.now < deadline else {
                throw Failure(.temporary, "mail is under delivery for long; try again later")
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// The attachments of messages that go on behind the step that stored them.
    private func queuedAttachments() throws -> Set<Digest> {
        var digests: Set<Digest> = []
        for progress in queue.notedProgress() {
            guard let form = try Engine.facts(inProgress: progress)[StoredFacts.form] else { continue }
            digests.formUnion(try StoredForm(decoding: form.array).digests)
        }
        return digests
    }
}
