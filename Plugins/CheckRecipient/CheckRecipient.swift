import Addressing
import Logging
import MailStore
import Mailboxes
import SMTP
package import StageKit

/// Refuses recipients who have no mailbox here, and everybody else's domains: this server is no relay.
///
/// `postmaster` at a local domain becomes the user whom `site.yaml` names for it, in whatever letter case (RFC 5321,
/// section 4.5.1).
///
/// ```yaml
/// recipient: [ check-recipient ]
/// ```
package final class CheckRecipient: RecipientStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "check-recipient",
        summary: "Refuses recipients without a mailbox here, and foreign domains.",
        timeout: .seconds(10))

    private let services: StageServices
    private let store = Prepared<MailStore>()

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        let opened = try services.mailStore()
        store.set(opened)
        guard let postmaster = services.site.postmaster else { return }
        guard try await opened.user(for: postmaster.description) == nil else { return }
        services.logger.warning(
            "mail for postmaster waits until its user is there", metadata: ["user": "\(postmaster)"])
    }

    package func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        try await check(&recipient)
    }

    /// Lets those pass whose mailbox is known; for all others the store or the operator has a word to say.
    package func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? {
        let address = recipient.address
        guard services.site.localDomains.contains(address.domain), !isPostmaster(address) else { return nil }
        let store = try store.value(or: .unprepared(Self.name))
        return store.isKnownUser(address.description) ? .proceed : nil
    }

    /// Checks all recipients of a message that came in without a recipient phase.
    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        var verdicts: [Verdict] = []
        for index in message.recipients.indices { verdicts.append(try await check(&message.recipients[index])) }
        return verdicts.allSatisfy { $0 == .proceed } ? .proceed : .perRecipient(verdicts)
    }

    private func check(_ recipient: inout Recipient) async throws -> Verdict {
        let address = recipient.address
        guard services.site.localDomains.contains(address.domain) else {
            return .reject(
                Reply(.policyViolation, "Relaying denied"), reason: "\(address.domain) is none of the local domains")
        }
        let store = try store.value(or: .unprepared(Self.name))
        if let postmaster = services.site.postmaster, isPostmaster(address) {
            guard try await store.user(for: postmaster.description) != nil else {
                return .postpone(
                    Reply(.localError, "Try again later"), reason: "the postmaster \(postmaster) is no user")
            }
            recipient.address = postmaster
            return .proceed
        }
        guard try await store.user(for: address.description) != nil else {
            return .reject(Reply(.unknownMailbox, "No such mailbox here"), reason: "there is no user \(address)")
        }
        return .proceed
    }

    private func isPostmaster(_ address: EmailAddress) -> Bool { address.localPart.lowercased() == "postmaster" }
}
