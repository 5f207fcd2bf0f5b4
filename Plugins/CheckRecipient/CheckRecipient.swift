import Addressing
import MailStore
import Mailboxes
import SMTP
package import StageKit

/// Refuses recipients who have no mailbox here, and everybody else's domains: this server is no relay.
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
        store.set(try services.mailStore())
    }

    package func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        try await check(recipient.address)
    }

    /// Checks all recipients of a message that came in without a recipient phase.
    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        var verdicts: [Verdict] = []
        for recipient in message.recipients { verdicts.append(try await check(recipient.address)) }
        return verdicts.allSatisfy { $0 == .proceed } ? .proceed : .perRecipient(verdicts)
    }

    private func check(_ address: EmailAddress) async throws -> Verdict {
        guard services.site.localDomains.contains(address.domain) else {
            return .reject(
                Reply(.policyViolation, "Relaying denied"), reason: "\(address.domain) is none of the local domains")
        }
        let store = try store.value(or: .unprepared(Self.name))
        guard try await store.user(for: address.description) != nil else {
            return .reject(Reply(.unknownMailbox, "No such mailbox here"), reason: "there is no user \(address)")
        }
        return .proceed
    }
}
