import DKIM
import MIME
package import StageKit

/// Verifies the DKIM signatures of a message (RFC 6376, 8301, 8463); refuses nothing.
///
/// ```yaml
/// message:
///   - check-dkim
/// ```
package final class CheckDKIM: Stage {
    package typealias Configuration = NoConfiguration

    /// The facts of a checked message.
    package enum Provided {
        package static let result = Fact<String>(
            "dkim.result",
            "pass if a signature passes, else the best of temperror, fail, policy, permerror, neutral and none.",
            oneOf: DKIMResult.allCases.map(\.rawValue))
        package static let domains = Fact<String>(
            "dkim.domains", "The domains of passing signatures with spaces between them, the sender's own first.")
        package static let undecided = Fact<String>(
            "dkim.undecided", "The domains of signatures that could not be checked for now, with spaces between them.")
        package static let signatures = Fact<Int>(
            "dkim.signatures", "How many signatures the message has; 0 if its header is too large to be read.")
        package static let report = Fact<String>(
            "dkim.authentication-results", "The results of all signatures in the words of Authentication-Results.")
    }

    package static let manifest = StageManifest(
        name: "check-dkim",
        summary: "Verifies the DKIM signatures of the message.",
        provides: [
            Provided.result.declaration, Provided.domains.declaration, Provided.undecided.declaration,
            Provided.signatures.declaration, Provided.report.declaration,
        ],
        // Keys are looked up at once, so this is one look-up and the longest computation.
        timeout: .seconds(25))

    private let services: StageServices
    private let verifier = Prepared<DKIMVerifier>()

    package init(configuration: NoConfiguration, services: StageServices) { self.services = services }

    package func prepare() async throws {
        verifier.set(try services.signatureVerifier())
    }

    package func stop() async { verifier.take() }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let verifier = try verifier.value(or: .unprepared(Self.name))
        note(try await verifier.verify(message.content, at: context.now()), in: &message)
        return .proceed
    }

    package func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        let verifier = try verifier.value(or: .unprepared(Self.name))
        guard let outcomes = verifier.verifyAtOnce(message.content, at: context.now()) else { return nil }
        note(outcomes, in: &message)
        return .proceed
    }

    private func note(_ outcomes: [SignatureOutcome], in message: inout Message) {
        message.facts[Provided.result] = Self.best(of: outcomes).rawValue
        message.facts[Provided.domains] = Self.domains(of: outcomes, in: &message)
        message.facts[Provided.undecided] = Self.domains(of: outcomes, with: .temperror)
        message.facts[Provided.signatures] = outcomes.reduce(0) { $0 + $1.count }
        message.facts[Provided.report] = SignatureOutcome.report(of: outcomes)
    }

    /// The result that stands for all, in the order of what it is good for.
    private static func best(of outcomes: [SignatureOutcome]) -> DKIMResult {
        let order: [DKIMResult] = [.pass, .temperror, .fail, .policy, .permerror, .neutral]
        return order.first { result in outcomes.contains { $0.result == result } } ?? .none
    }

    /// The domains of signatures with a result, with spaces between them.
    private static func domains(of outcomes: [SignatureOutcome], with result: DKIMResult) -> String {
        // Hardly any mail has one that is undecided.
        guard outcomes.contains(where: { $0.result == result }) else { return "" }
        return outcomes.filter { $0.result == result }.map(\.domain).joined(separator: " ")
    }

    /// The passing domains without repetition: the author's own, then those above it, then the others.
    private static func domains(of outcomes: [SignatureOutcome], in message: inout Message) -> String {
        var domains: [String] = []
        for outcome in outcomes where outcome.result == .pass && !domains.contains(outcome.domain) {
            domains.append(outcome.domain)
        }
        // Most mail has one signature, and its author is of no matter.
        guard domains.count > 1 else { return domains.first ?? "" }
        let author = message.parsed.from.first?.description ?? ""
        let own = author.lastIndex(of: "@").map { author[author.index(after: $0)...].lowercased() } ?? ""
        func rank(_ domain: String) -> Int { domain == own ? 0 : own.hasSuffix("." + domain) ? 1 : 2 }
        let ranked = (0...2).flatMap { wanted in domains.filter { rank($0) == wanted } }
        return ranked.joined(separator: " ")
    }
}
