import Addressing
import ClientPolicy
import Resolver
import SMTP
package import StageKit

/// Tells known clients by their addresses, and refuses those that are not wanted.
///
/// ```yaml
/// connect:
///   - check-client: { allow: [192.0.2.0/24, "2001:db8::/32"], deny: [198.51.100.7] }
///   - check-dnsbl: { when: 'client.list != "allow"', lists: [ { zone: zen.spamhaus.org } ] }
/// ```
package struct CheckClient: ConnectStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let allowed: [AddressBlock]
        let denied: [AddressBlock]

        package init(from settings: inout Settings) throws {
            allowed = settings.take("allow", default: [], "The clients to trust; they win over `deny`.")
            denied = settings.take("deny", default: [], "The clients to refuse.")
        }
    }

    /// The facts of a client.
    package enum Provided {
        package static let list = Fact<String>(
            "client.list", "The list that the client is on.", oneOf: ["allow", "deny", "none"])
    }

    package static let manifest = StageManifest(
        name: "check-client",
        summary: "Tells known clients by their addresses, and refuses those that are not wanted.",
        provides: [Provided.list.declaration])

    private let configuration: Configuration

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
    }

    package func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard let address = IPAddress(message.client.address) else {
            message.facts[Provided.list] = "none"
            return .proceed
        }
        if configuration.allowed.contains(where: { $0.contains(address) }) {
            message.facts[Provided.list] = "allow"
            return .proceed
        }
        guard let block = configuration.denied.first(where: { $0.contains(address) }) else {
            message.facts[Provided.list] = "none"
            return .proceed
        }
        message.facts[Provided.list] = "deny"
        return .reject(
            Reply(554, EnhancedStatusCode(5, 7, 1), "No mail from \(address) is accepted here"),
            reason: "\(address) lies in \(block.settingText), which deny lists")
    }
}
