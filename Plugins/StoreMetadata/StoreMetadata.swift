import Addressing
import Bytes
import AttachmentStore
import AuthenticationResults
import MIME
import MailStore
import Mailboxes
import SMTP
package import StageKit

/// Puts each recipient's copy into the mailbox: one transaction for a whole batch.
///
/// ```yaml
/// deliver:
///   - store-metadata
/// ```
package final class StoreMetadata: BatchStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "store-metadata",
        summary: "Puts each recipient's copy into the mailbox, with its metadata.",
        readsIfPresent: [CoreFacts.junk.declaration, StoredFacts.attachments.declaration],
        provides: [
            StoredFacts.number.declaration, StoredFacts.user.declaration, StoredFacts.sequence.declaration,
            StoredFacts.mailbox.declaration,
        ],
        effects: .idempotent(by: "message and user"),
        timeout: .seconds(60))

    /// Large enough that the sync of a transaction is a small part of its cost.
    package let batchLimit = 64
    private let services: StageServices
    private let store = Prepared<MailStore>()

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        store.set(try services.mailStore())
    }

    package func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        let store = try store.value(or: .unprepared(Self.name))
        var deliveries: [MailDelivery] = []
        for index in batch.indices { deliveries += Self.deliveries(of: &batch[index]) }
        var results = try await store.deliver(deliveries)[...]
        return batch.indices.map { index in
            let count = batch[index].recipients.count
            defer { results = results.dropFirst(count) }
            return Self.settle(&batch[index], Array(results.prefix(count)))
        }
    }

    private static func deliveries(of message: inout Message) -> [MailDelivery] {
        let parsed = message.parsed
        var delivery = MailDelivery(
            message: message.id, recipient: "", mailbox: mailbox(for: message), received: message.received)
        delivery.date = parsed.date
        delivery.subject = parsed.subject ?? ""
        delivery.sender = parsed.from.map(\.shown).joined(separator: ", ")
        delivery.recipients = (parsed.to + parsed.cc).map(\.shown).joined(separator: ", ")
        delivery.reversePath = message.facts[CoreFacts.sender] ?? ""
        delivery.size = message.content.count
        delivery.attachmentCount = parsed.attachments.count
        delivery.preview = Preview.beginning(of: message.text)
        delivery.trace = trace(of: message)
        delivery.body =
            message.facts[StoredFacts.form]?.array ?? StoredForm.encoded(literal: message.content)
        delivery.facts = facts(of: message)
        return message.recipients.map { recipient in
            var copy = delivery
            copy.recipient = recipient.address.description
            return copy
        }
    }

    private static func mailbox(for message: Message) -> String {
        message.facts[CoreFacts.junk] == true ? Mailbox.junk : Mailbox.inbox
    }

    /// What is known of it, without what the field of results in its trace says.
    private static func facts(of message: Message) -> [UInt8] {
        guard message.trace.contains(where: { $0.hasPrefix(ResultsField.name + ":") }) else {
            return FactText.lines(message.facts)
        }
        return FactText.lines(message.facts, exceptEndingIn: ResultFacts.suffix)
    }

    /// `Return-Path:` is added by the server that makes the final delivery (RFC 5321, section 4.4).
    private static func trace(of message: Message) -> [UInt8] {
        let path = message.facts[CoreFacts.sender] ?? ""
        return Array("Return-Path: <\(path)>\r\n".utf8) + message.trace.flatMap(\.utf8)
    }

    private static func settle(
        _ message: inout Message, _ results: [Result<Placement, DeliveryError>]
    ) -> Verdict {
        let mailbox = mailbox(for: message)
        let verdicts = zip(message.recipients.indices, results).map { index, result -> Verdict in
            switch result {
            case .success(let placement):
                message.recipients[index].note(placement, mailbox: mailbox)
                return .proceed
            case .failure(let error):
                return .reject(Reply(.unknownMailbox, "No such mailbox here"), reason: "\(error)")
            }
        }
        return verdicts.allSatisfy { $0 == .proceed } ? .proceed : .perRecipient(verdicts)
    }
}

extension MailAddress {
    /// The address as lists show it.
    fileprivate var shown: String {
        displayName.map { "\($0) <\(description)>" } ?? description
    }
}
