import ARC
import DKIM
package import StageKit

/// Validates the chain of seals that forwarders have put on a message (ARC, RFC 8617); refuses nothing.
///
/// ```yaml
/// message:
///   - check-arc
/// ```
package final class CheckARC: Stage {
    package typealias Configuration = NoConfiguration

    /// The facts of a checked message.
    package enum Provided {
        package static let result = Fact<String>(
            "arc.result", "The result for the whole chain.", oneOf: ARCResult.allCases.map(\.rawValue))
        package static let chain = Fact<Int>("arc.chain", "How many sets of seals the message has.")
        package static let oldestPass = Fact<Int>(
            "arc.oldest-pass", "The first set since which nobody has changed the message; 0 if all may say so.")
        package static let sealers = Fact<String>(
            "arc.sealers", "The sealing domains with spaces between them, the first one first; empty unless it passes.")
        package static let undecided = Fact<String>(
            "arc.undecided", "The sealing domains of a chain that fails only since it could not be checked for now.")
        package static let firstResults = Fact<String>(
            "arc.first-results", "What the first sealer found, as its field has it; empty unless the chain passes.")
        package static let report = Fact<String>(
            "arc.authentication-results", "The result in the words of Authentication-Results.")
    }

    package static let manifest = StageManifest(
        name: "check-arc",
        summary: "Validates the chain of ARC seals on the message.",
        provides: [
            Provided.result.declaration, Provided.chain.declaration, Provided.oldestPass.declaration,
            Provided.sealers.declaration, Provided.undecided.declaration, Provided.firstResults.declaration,
            Provided.report.declaration,
        ],
        // Two look-ups, each of all keys at once, and the longest computation.
        timeout: .seconds(30))

    private let services: StageServices
    private let validator = Prepared<ARCValidator>()

    package init(configuration: NoConfiguration, services: StageServices) { self.services = services }

    package func prepare() async throws {
        validator.set(ARCValidator(try services.signatureVerifier()))
    }

    package func stop() async { validator.take() }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let validator = try validator.value(or: .unprepared(Self.name))
        note(try await validator.validate(message.content, at: context.now()), in: &message)
        return .proceed
    }

    package func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        _ = try validator.value(or: .unprepared(Self.name))
        guard let outcome = ARCValidator.outcomeWithoutSeals(message.content) else { return nil }
        note(outcome, in: &message)
        return .proceed
    }

    private func note(_ outcome: ARCOutcome, in message: inout Message) {
        message.facts[Provided.result] = outcome.result.rawValue
        message.facts[Provided.chain] = outcome.instances
        message.facts[Provided.oldestPass] = outcome.oldestPass
        message.facts[Provided.sealers] = outcome.sealers.joined(separator: " ")
        message.facts[Provided.undecided] = outcome.undecided.joined(separator: " ")
        message.facts[Provided.firstResults] = outcome.firstResults
        message.facts[Provided.report] = outcome.report
    }
}
