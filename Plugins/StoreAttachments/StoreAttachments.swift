import AttachmentStore
import Bytes
import MIME
import Mailboxes
import SMTP
package import StageKit

/// Keeps each attachment once, under the hash of its content, and leaves a reference in its place.
///
/// ```yaml
/// deliver:
///   - store-attachments
///   - store-metadata
/// ```
package final class StoreAttachments: BatchStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "store-attachments",
        summary: "Keeps each attachment once, under the hash of its content.",
        provides: [StoredFacts.attachments.declaration],
        effects: .idempotent(by: "the SHA-256 of the content"),
        timeout: .seconds(120))

    /// One batch is one sync of each directory.
    package let batchLimit = 64
    private let services: StageServices
    private let store = Prepared<AttachmentStore>()

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        let opened = try services.attachmentStore()
        try opened.prepare()
        store.set(opened)
    }

    package func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        let store = try store.value(or: .unprepared(Self.name))
        var messages: [(octets: Octets, attachments: [AttachmentRange])] = []
        var positions: [Int] = []
        for index in batch.indices {
            let ranges = Self.ranges(in: batch[index].parsed)
            batch[index].facts[StoredFacts.attachments] = ranges.count
            guard !ranges.isEmpty else { continue }
            positions.append(index)
            messages.append((batch[index].content, ranges))
        }
        var verdicts = batch.map { _ in Verdict.proceed }
        guard !messages.isEmpty else { return verdicts }
        for (index, result) in zip(positions, try await store.store(messages)) {
            switch result {
            case .success(let stored): batch[index].facts[StoredFacts.form] = Octets(stored.form.encoded)
            case .failure(let error):
                verdicts[index] = .postpone(Reply(.localError, "Try again later"), reason: "\(error)")
            }
        }
        return verdicts
    }

    /// Where the attachments stand in the message; those inside encoded messages stay where they are.
    private static func ranges(in parsed: ParsedMessage) -> [AttachmentRange] {
        parsed.attachments.filter { $0.isInOriginal && !$0.bodyRange.isEmpty }
            .map { part in
                AttachmentRange(
                    body: part.bodyRange, encoding: part.transferEncoding == .base64 ? .base64 : .identity)
            }
    }
}
