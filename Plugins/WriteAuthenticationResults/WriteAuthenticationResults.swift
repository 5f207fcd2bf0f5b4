import AuthenticationResults
import Logging
package import StageKit

/// Writes what the checks before it found into one `Authentication-Results` field, and removes forged ones (RFC 8601).
///
/// ```yaml
/// message:
///   - authentication-results     # after all checks
/// ```
///
/// The field goes to the top of the trace, above our own `Received`: it "MUST be added at the top of the message"
/// (section 4), and who reads downwards meets it before the hop at which the checks were made. Above it stands only
/// `Return-Path`, which final delivery puts first (RFC 5321, section 4.4).
package struct WriteAuthenticationResults: RewritingStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "authentication-results",
        summary: "Writes one Authentication-Results field for all checks before it, and removes forged ones.",
        readsIfPresent: ResultFacts.checks.map {
            Fact<String>(ResultFacts.name(of: $0), "Its result for header fields.").declaration
        })

    private let hostName: String

    package init(configuration: NoConfiguration, services: StageServices) { hostName = services.site.hostName }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        if let clean = ForgedFields.removing(hostName, from: message.content) {
            message = message.with(content: clean)
            context.logger.info(
                "forged Authentication-Results removed", metadata: ["message.id": "\(message.id)"])
        }
        var field = ResultsField(service: hostName, results: [])
        for report in reports(of: message) {
            let (results, unreadable) = ResultsField.results(parsing: report)
            field.results += results
            guard unreadable == 0 else {
                throw StageContractViolation("a check left a report that is no result of RFC 8601: \(report)")
            }
        }
        message.trace.insert(field.field, at: 0)
        return .proceed
    }

    private func reports(of message: Message) -> [String] {
        let known = message.facts.named
        return ResultFacts.ordered(known.map(\.name)).compactMap { name in
            guard case .string(let report) = known.first(where: { $0.name == name })?.value else { return nil }
            return report
        }
    }
}
