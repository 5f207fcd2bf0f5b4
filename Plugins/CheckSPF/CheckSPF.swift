import Addressing
import AuthenticationResults
import Resolver
import SMTP
import SPF
package import StageKit
import Synchronization

/// Finds out whether the client may send for the sender's domain (RFC 7208); refuses nothing unless told to.
///
/// ```yaml
/// mail:
///   - check-spf: { reject: [fail] }
/// ```
package final class CheckSPF: MailStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        /// The results that are refused at once.
        let rejected: Set<SPFResult>

        package init(from settings: inout Settings) throws {
            rejected = Set(
                settings.take(
                    "reject", default: [Refusable](), "The results that are refused in the dialogue; none by default."
                )
                .map(\.result))
        }
    }

    /// A result for which refusing makes sense.
    private enum Refusable: String, SettingValue, CaseIterable {
        case fail, softfail, permerror

        var result: SPFResult {
            switch self {
            case .fail: .fail
            case .softfail: .softfail
            case .permerror: .permerror
            }
        }
    }

    /// The facts of a checked sender.
    package enum Provided {
        package static let result = Fact<String>(
            "spf.result", "none, neutral, pass, fail, softfail, temperror or permerror.")
        package static let domain = Fact<String>("spf.domain", "The domain whose policy was evaluated.")
        package static let explanation = Fact<String>(
            "spf.explanation", "What the domain says to a failing sender; empty if nothing.")
        package static let report = Fact<String>("spf.report", "The result as header fields have it (RFC 8601).")
    }

    package static let manifest = StageManifest(
        name: "check-spf",
        summary: "Checks by SPF whether the client may send for the sender's domain.",
        provides: [
            Provided.result.declaration, Provided.domain.declaration, Provided.explanation.declaration,
            Provided.report.declaration,
        ],
        // RFC 7208, section 4.6.4 asks for at least 20 seconds before a check is given up.
        timeout: .seconds(25))

    private let configuration: Configuration
    private let services: StageServices
    private let checker = Mutex<SPFChecker?>(nil)

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func prepare() async throws {
        let made = SPFChecker(resolver: try services.resolver(), worker: try SPFWorkerPool())
        checker.withLock { $0 = made }
    }

    package func stop() async {
        let checker = checker.withLock { checker in
            defer { checker = nil }
            return checker
        }
        await checker?.stop()
    }

    package func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        guard let checker = checker.withLock({ $0 }) else {
            throw StageContractViolation("check-spf was used before it was prepared")
        }
        let outcome = await checker.check(
            SPFRequest(
                clientAddress: message.client.address, helo: message.client.helo,
                reversePath: message.reversePath.addressText, receiver: services.site.hostName))
        message.facts[Provided.result] = outcome.result.rawValue
        message.facts[Provided.domain] = outcome.domain
        message.facts[Provided.explanation] = outcome.explanation ?? ""
        message.facts[Provided.report] = report(outcome, message).text
        guard configuration.rejected.contains(outcome.result) else { return .proceed }
        return .reject(
            Reply(.spfFailure, "SPF check failed for the sender's domain"),
            reason: "SPF \(outcome.result.rawValue) for \(outcome.domain): \(outcome.reason)")
    }
}

extension CheckSPF {
    /// The result with its identity (RFC 8601, section 2.7.2) and, unless it is a pass, its reason.
    private func report(_ outcome: SPFOutcome, _ message: Message) -> MethodResult {
        let sender = message.reversePath.addressText
        let property =
            sender.isEmpty
            ? ResultProperty("smtp", "helo", message.client.helo) : ResultProperty("smtp", "mailfrom", sender)
        return MethodResult(
            "spf", outcome.result.rawValue, reason: outcome.result == .pass ? "" : outcome.reason,
            properties: [property])
    }
}
