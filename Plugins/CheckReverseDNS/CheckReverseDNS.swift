import Addressing
import ClientPolicy
import Resolver
import SMTP
package import StageKit

/// Finds out whether the client's address has a name that has the address (RFC 8601, section 3); refuses nothing
/// unless told to.
///
/// ```yaml
/// connect:
///   - check-reverse-dns: { reject: [permerror] }
/// ```
package final class CheckReverseDNS: ConnectStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let rejected: Set<String>

        package init(from settings: inout Settings) throws {
            let refused: [Refusable] = settings.take(
                "reject", default: [], "The results that are refused; none by default.")
            rejected = Set(refused.map(\.rawValue))
        }
    }

    /// A result for which refusing makes sense.
    private enum Refusable: String, SettingValue, CaseIterable {
        case fail, permerror
    }

    /// The facts of a client.
    package enum Provided {
        package static let result = Fact<String>(
            "iprev.result", "pass; fail: no name has the address; permerror: it has no name; or temperror.",
            oneOf: ReverseName.results)
        package static let name = Fact<String>("iprev.name", "The client's confirmed name; empty if it has none.")
        package static let report = Fact<String>(
            "iprev.authentication-results", "The result as Authentication-Results has it.")
    }

    package static let manifest = StageManifest(
        name: "check-reverse-dns",
        summary: "Finds out whether the client's address has a name that has the address.",
        provides: [Provided.result.declaration, Provided.name.declaration, Provided.report.declaration],
        timeout: .seconds(15))

    private let configuration: Configuration
    private let services: StageServices
    private let resolver = Prepared<DNSResolver>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func prepare() async throws {
        resolver.set(try services.resolver())
    }

    package func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let resolver = try resolver.value(or: .unprepared(Self.name))
        let address = IPAddress(message.client.address)
        let found = if let address { await ReverseName.find(address, using: resolver) } else { ReverseName.missing }
        message.facts[Provided.result] = found.result
        message.facts[Provided.name] = found.name
        message.facts[Provided.report] = Self.report(found, message.client.address)
        guard configuration.rejected.contains(found.result) else { return .proceed }
        return .reject(
            // The code of RFC 7372, section 3.3.
            Reply(550, EnhancedStatusCode(5, 7, 25), "The address \(message.client.address) has no confirmed name"),
            reason: "\(found)")
    }

    /// The confirmed name stands in a comment; an IPv6 address needs quotes (RFC 2045, section 5.1).
    private static func report(_ found: ReverseName, _ address: String) -> String {
        let value = address.contains(":") ? "\"\(address)\"" : address
        let comment = found.name.isEmpty ? "" : " (\(found.name))"
        return "iprev=\(found.result)\(address.isEmpty ? "" : " policy.iprev=\(value)\(comment)")"
    }
}
