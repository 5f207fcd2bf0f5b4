import DKIM
import Logging
package import StageKit

/// Signs a message by DKIM (RFC 6376), with an RSA or an Ed25519 key (RFC 8463).
///
/// ```yaml
/// - sign-dkim:
///     domain: example.org
///     selector: s1
///     key: ${file:keys/s1.pem}
/// ```
///
/// To sign twice, as RFC 8463 suggests, use the stage twice with `as`.
package final class SignDKIM: Stage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let domain: String
        let selector: String
        let key: Secret
        let headers: [String]
        let oversigned: [String]
        let lifetime: Duration?
        let headerForm: Form
        let bodyForm: Form

        package init(from settings: inout Settings) {
            (domain, selector) = settings.takeKeyName("The domain that signs: that of the authors, or one above it.")
            key = settings.take("key", "The private key in PEM: RSA of 1024 bits or more, better 2048, or Ed25519.")
            headers = settings.takeFieldNames(
                "headers", default: DKIMSigner.usualHeaders, "The fields to sign where they are there.")
            oversigned = settings.takeFieldNames(
                "oversign", default: DKIMSigner.usualOversigned.sorted(),
                "Fields of those in headers of which nobody may add another.")
            lifetime = settings.takeOptional("expires-after", "How long the signature is good; for ever if missing.")
            headerForm = settings.take("header-form", default: .relaxed, "How the header may change on its way.")
            bodyForm = settings.take("body-form", default: .relaxed, "How the body may change on its way.")
        }
    }

    /// A canonicalization.
    enum Form: String, SettingValue, CaseIterable {
        case relaxed, simple

        var canonicalization: Canonicalization {
            switch self {
            case .relaxed: .relaxed
            case .simple: .simple
            }
        }
    }

    package static let manifest = StageManifest(
        name: "sign-dkim", summary: "Puts a DKIM signature before the message.")

    private let configuration: Configuration
    private let services: StageServices
    private let key: SigningKey
    private let signer = Prepared<DKIMSigner>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
        key = try SigningKey(setting: configuration.key)
        guard configuration.headers.contains("from") else {
            throw ConfigurationError("must have from (RFC 6376, section 5.4)", at: "headers")
        }
    }

    package func prepare() async throws {
        var signer = DKIMSigner(
            domain: configuration.domain, selector: configuration.selector, key: key,
            threads: try services.signatureThreads())
        signer.headers = configuration.headers
        signer.oversigned = Set(configuration.oversigned)
        signer.lifetime = configuration.lifetime
        signer.headerForm = configuration.headerForm.canonicalization
        signer.bodyForm = configuration.bodyForm.canonicalization
        self.signer.set(signer)
    }

    package func stop() async { signer.take() }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let signer = try signer.value(or: .unprepared(Self.name))
        do {
            let field = try await signer.field(for: message.content, below: message.trace, at: context.now())
            message.trace.insert(field, at: 0)
        } catch let rejection as Rejection {
            // Mail without an author, or with a header beyond all limits: nobody could verify it, so it goes unsigned.
            context.logger.warning("message is not signed", metadata: ["reason": "\(rejection.reason)"])
        }
        return .proceed
    }
}
