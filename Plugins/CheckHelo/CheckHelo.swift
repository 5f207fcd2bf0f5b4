import Addressing
import ClientPolicy
import Resolver
import SMTP
package import StageKit

/// Judges the name that the client gives itself with HELO or EHLO; refuses nothing unless told to.
///
/// That the name belongs to another address is never held against the client (RFC 5321, section 4.1.4).
///
/// ```yaml
/// mail:
///   - check-helo: { reject: [malformed, ours] }
/// ```
package final class CheckHelo: MailStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let rejected: Set<HeloName>
        let resolves: Bool

        package init(from settings: inout Settings) throws {
            let refused: [Refusable] = settings.take(
                "reject", default: [], "The results that are refused; none by default.")
            rejected = Set(refused.map(\.judgement))
            resolves = settings.take("resolve", default: true, "Whether to ask the DNS if the name exists.")
        }
    }

    /// A judgement for which refusing makes sense.
    private enum Refusable: String, SettingValue, CaseIterable {
        case malformed, unqualified, wrongLiteral = "wrong-literal", ours, unknown

        var judgement: HeloName {
            switch self {
            case .malformed: .malformed
            case .unqualified: .unqualified
            case .wrongLiteral: .wrongLiteral
            case .ours: .ours
            case .unknown: .unknown
            }
        }
    }

    /// The facts of a client.
    package enum Provided {
        package static let result = Fact<String>(
            "helo.result", "What the name is found to be.", oneOf: HeloName.allCases.map(\.rawValue))
    }

    package static let manifest = StageManifest(
        name: "check-helo",
        summary: "Judges the name that the client gives itself with HELO or EHLO.",
        provides: [Provided.result.declaration],
        timeout: .seconds(15))

    private let configuration: Configuration
    private let services: StageServices
    private let own: HeloName.Own
    private let resolver = Prepared<DNSResolver>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
        own = HeloName.Own(names: services.site.localDomains.union([services.site.hostName]))
    }

    package func prepare() async throws {
        resolver.set(try services.resolver())
    }

    package func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let resolver = try resolver.value(or: .unprepared(Self.name))
        let name = message.client.helo
        var judgement = HeloName.plausible
        if let address = IPAddress(message.client.address) {
            judgement = HeloName.judge(name, from: address, own: own)
        }
        if judgement == .plausible, configuration.resolves {
            judgement = await HeloName.resolve(name, using: resolver)
        }
        message.facts[Provided.result] = judgement.rawValue
        guard configuration.rejected.contains(judgement) else { return .proceed }
        return .reject(
            Reply(.policyViolation, "The name given with HELO or EHLO is not acceptable"),
            reason: "the name \(name) is \(judgement.rawValue)")
    }
}
