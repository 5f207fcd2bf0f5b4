import ARC
import AuthenticationResults
import DKIM
import Logging
package import StageKit

/// Seals a message that is going to be forwarded, with what the checks before found out (ARC, RFC 8617).
///
/// ```yaml
/// - seal-arc:
///     domain: example.org
///     selector: s1
///     key: ${file:keys/s1.pem}
/// ```
package final class SealARC: Stage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let domain: String
        let selector: String
        let key: Secret
        let headers: [String]

        package init(from settings: inout Settings) {
            (domain, selector) = settings.takeKeyName("The domain that seals.")
            key = settings.take("key", "The private key in PEM: RSA of 1024 bits or more, better 2048.")
            headers = settings.takeFieldNames(
                "headers", default: ARCSealer.usualHeaders, "The fields to sign where they are there.")
            for (number, name) in headers.enumerated() where SealARC.forbidden.contains(name) {
                settings.note("headers", element: number, "must not have \(name) (RFC 8617, section 4.1.2)")
            }
        }
    }

    /// What a signature of a message must not cover (RFC 8617, section 4.1.2).
    private static let forbidden: Set<String> = [
        "arc-seal", "arc-message-signature", "arc-authentication-results", "authentication-results",
    ]
    private static let status = Fact<String>("arc.result", "none, pass or fail.")

    package static let manifest = StageManifest(
        name: "seal-arc",
        summary: "Puts an ARC seal with the results of the checks before the message.",
        reads: [status.declaration],
        readsIfPresent: ResultFacts.checks.map {
            Fact<String>(ResultFacts.name(of: $0), "Its result for header fields.").declaration
        })

    private let configuration: Configuration
    private let services: StageServices
    private let key: SigningKey
    private let sealer = Prepared<ARCSealer>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
        key = try SigningKey(setting: configuration.key)
        guard key.algorithm == .rsaSHA256 else {
            throw ConfigurationError("must be an RSA key: many who check seals know no other", at: "key")
        }
        guard configuration.headers.contains("from") else {
            throw ConfigurationError("must have from (RFC 6376, section 5.4)", at: "headers")
        }
    }

    package func prepare() async throws {
        var sealer = ARCSealer(
            domain: configuration.domain, selector: configuration.selector, key: key,
            threads: try services.signatureThreads())
        sealer.headers = configuration.headers
        self.sealer.set(sealer)
    }

    package func stop() async { sealer.take() }

    /// What the checks have found.
    private static let results = FactEnding(ResultFacts.suffix, first: ResultFacts.names)

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let sealer = try sealer.value(or: .unprepared(Self.name))
        guard let status = message.facts[Self.status].flatMap({ ARCResult(rawValue: $0) }) else {
            throw StageContractViolation("seal-arc was used before check-arc")
        }
        do {
            let fields = try await sealer.seal(
                message.content, below: message.trace, host: services.site.hostName,
                results: message.facts.texts(Self.results),
                status: status, at: context.now())
            message.trace.insert(contentsOf: fields, at: 0)
        } catch let rejection as Rejection {
            // A header beyond all limits: nobody could validate it, so it goes unsealed.
            context.logger.warning("message is not sealed", metadata: ["reason": "\(rejection.reason)"])
        }
        return .proceed
    }
}
