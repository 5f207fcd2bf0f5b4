import Addressing
import AuthenticationResults
import Logging
import Resolver
import SMTP
import SPF
package import StageKit

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
        /// Whether the name of HELO is checked, too.
        let checksHelo: Bool
        /// Whether the result is written into a field of its own.
        let writesField: Bool

        package init(from settings: inout Settings) throws {
            rejected = Set(
                settings.take(
                    "reject", default: [Refusable](), "The results that are refused in the dialogue; none by default."
                )
                .map(\.result))
            checksHelo = settings.take(
                "helo", default: false, "Whether the name of HELO is checked, too (RFC 7208, section 2.3).")
            writesField = settings.take(
                "received-spf", default: false,
                "Whether a Received-SPF field is written; authentication-results says the same.")
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
        package static let result = Fact<String>("spf.result", "The result of SPF.", oneOf: results)
        package static let domain = Fact<String>("spf.domain", "The domain whose policy was evaluated.")
        package static let explanation = Fact<String>(
            "spf.explanation", "What the domain says to a failing sender; empty if nothing.")
        package static let helo = Fact<String>(
            "spf.helo", "The result for the name of HELO; empty unless the setting helo asks for it.",
            oneOf: results + [""])
        package static let report = Fact<String>(
            "spf.authentication-results", "The result as header fields have it (RFC 8601).")
        private static let results = SPFResult.allCases.map(\.rawValue)
    }

    package static let manifest = StageManifest(
        name: "check-spf",
        summary: "Checks by SPF whether the client may send for the sender's domain.",
        provides: [
            Provided.result.declaration, Provided.domain.declaration, Provided.explanation.declaration,
            Provided.helo.declaration, Provided.report.declaration,
        ],
        // RFC 7208, section 4.6.4 asks for at least 20 seconds before a check is given up.
        timeout: .seconds(25))

    private let configuration: Configuration
    private let services: StageServices
    private let checker = Prepared<SPFChecker>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func prepare() async throws {
        checker.set(SPFChecker(resolver: try services.resolver(), worker: try SPFWorkerPool()))
    }

    package func stop() async {
        await checker.take()?.stop()
    }

    package func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        try processAtOnce(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let checker = try checker.value(or: .unprepared(Self.name))
        let (request, other) = requests(message)
        let sender = Check(request: request, outcome: await checker.check(request))
        guard let other else { return conclude(sender, helo: nil, &message, context) }
        let helo = other == request ? sender : Check(request: other, outcome: await checker.check(other))
        return conclude(sender, helo: helo, &message, context)
    }

    package func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        let checker = try checker.value(or: .unprepared(Self.name))
        let (request, other) = requests(message)
        guard let outcome = checker.known(request) else { return nil }
        let sender = Check(request: request, outcome: outcome)
        guard let other else { return conclude(sender, helo: nil, &message, context) }
        guard other != request else { return conclude(sender, helo: sender, &message, context) }
        guard let outcome = checker.known(other) else { return nil }
        return conclude(sender, helo: Check(request: other, outcome: outcome), &message, context)
    }

    /// What is to be checked: the sender, and the name of HELO where that is asked for.
    ///
    /// The null path is checked by the name of HELO anyway (section 2.4), so that both are the same then.
    private func requests(_ message: Message) -> (sender: SPFRequest, helo: SPFRequest?) {
        let sender = request(message, reversePath: message.senderText)
        return (sender, configuration.checksHelo ? request(message, reversePath: "") : nil)
    }

    private func request(_ message: Message, reversePath: String) -> SPFRequest {
        SPFRequest(
            clientAddress: message.client.address, helo: message.client.helo, reversePath: reversePath,
            receiver: services.site.hostName)
    }

    /// Sets the facts.
    private func conclude(
        _ sender: Check, helo: Check?, _ message: inout Message, _ context: StageContext
    ) -> Verdict {
        let outcome = sender.outcome
        if !outcome.note.isEmpty {
            context.logger.debug(
                "SPF result of our own", metadata: ["domain": "\(outcome.domain)", "reason": "\(outcome.note)"])
        }
        message.facts[Provided.result] = outcome.result.rawValue
        message.facts[Provided.domain] = outcome.domain
        message.facts[Provided.explanation] = outcome.explanation ?? ""
        message.facts[Provided.helo] = helo?.outcome.result.rawValue ?? ""
        message.facts[Provided.report] = ResultWriter.line { results in
            sender.write(to: &results)
            if let helo, helo.request != sender.request { helo.write(to: &results) }
        }
        // Above the Received field, which comes later (RFC 7208, section 9.1).
        if configuration.writesField { message.trace.insert(ReceivedSPF(outcome, of: sender.request).field, at: 0) }
        guard configuration.rejected.contains(outcome.result) else { return .proceed }
        return .reject(
            Reply(refusing: outcome),
            reason: "SPF \(outcome.result.rawValue) for \(outcome.domain): \(outcome.reason)")
    }
}

extension CheckSPF {
    /// One check that was made.
    private struct Check {
        let request: SPFRequest
        let outcome: SPFOutcome

        /// Writes the result with its reason and its identity (RFC 8601, section 2.7.2).
        ///
        /// Deviation: the local part stands there, too, which section 2.7.2 asks for only where the policy looks at it;
        /// whoever reads the field of a bounced or forwarded mail has no other place to find the sender that was checked.
        func write(to results: inout ResultWriter) {
            results.begin("spf", outcome.result.rawValue)
            results.add(reason: outcome.reason)
            if request.reversePath.isEmpty {
                results.add("smtp", "helo", request.helo)
            } else {
                results.add("smtp", "mailfrom", request.reversePath)
            }
        }
    }
}
