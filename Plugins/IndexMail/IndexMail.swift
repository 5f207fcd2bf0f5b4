import Bytes
import Logging
import MIME
import Mailboxes
package import StageKit

/// Makes each recipient's copy searchable; it is found by a search the moment the step is done.
///
/// ```yaml
/// deliver:
///   - store-metadata
///   - index
/// ```
package final class IndexMail: BatchStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "index",
        summary: "Makes each recipient's copy searchable.",
        reads: [
            StoredFacts.number.declaration, StoredFacts.user.declaration, StoredFacts.sequence.declaration,
            StoredFacts.mailbox.declaration,
        ],
        effects: .idempotent(by: "user and mail number"),
        timeout: .seconds(60))

    /// One write lock serves a batch.
    package let batchLimit = 64
    private let services: StageServices
    private let index = Prepared<MailIndex>()

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        let opened = try services.mailIndex()
        if let replaced = opened.replaced {
            services.logger.log(
                level: replaced.isSound ? .notice : .error,
                replaced.isSound ? "index of another version replaced" : "index damaged",
                metadata: ["reason": "\(replaced)"])
        }
        try await opened.catchUp()
        index.set(opened)
    }

    /// How often the store is asked for mail that is not indexed, beside the tries of the pipeline; no mail waits longer
    /// between its two steps unless a step fails.
    private static let repairPeriod: Duration = .seconds(60)

    package func run() async throws {
        var stored: UInt64?
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: Self.repairPeriod)
            } catch {
                return  // the server stops
            }
            do {
                stored = try await index.value?.repair(storedBefore: stored)
            } catch {
                services.logger.error("index not repaired", metadata: ["error": "\(error)"])
            }
        }
    }

    package func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        let index = try index.value(or: .unprepared(Self.name))
        var entries: [IndexEntry] = []
        for position in batch.indices {
            let parsed = batch[position].parsed
            let text = batch[position].text
            for recipient in batch[position].recipients {
                guard let placement = recipient.placement else {
                    throw StageContractViolation("\(batch[position].id) comes to index without having been stored")
                }
                entries.append(
                    IndexEntry(
                        placement, mailbox: recipient.facts[StoredFacts.mailbox] ?? Mailbox.inbox, parsed: parsed,
                        text: text, received: batch[position].received, size: batch[position].content.count))
            }
        }
        try await index.add(entries)
        return batch.map { _ in .proceed }
    }
}
