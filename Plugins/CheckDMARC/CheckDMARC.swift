import AuthenticationResults
import DMARC
import Logging
import PublicSuffixes
import Resolver
package import StageKit

/// Finds out what the owner of the author's domain asks to be done with the message (RFC 7489); refuses nothing itself.
///
/// ```yaml
/// message:
///   - check-dmarc: { trust-arc: [lists.example.net] }
/// ```
package final class CheckDMARC: Stage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        /// The forwarders whose word counts.
        let trusted: Set<String>
        /// Whether rows for aggregate reports are kept.
        let keepsReports: Bool

        package init(from settings: inout Settings) {
            let names = settings.take(
                "trust-arc", default: [DomainSetting](),
                "Forwarders by the domain of their ARC seals: mail that they sealed after DMARC had passed is spared.")
            trusted = Set(names.map(\.name))
            if !trusted.isEmpty { settings.noteUse(of: Read.arcSealers.name, by: "trust-arc") }
            keepsReports = settings.take(
                "reports", default: true, "Whether what aggregate reports need is kept in the data directory.")
        }
    }

    package static let manifest = StageManifest(
        name: "check-dmarc",
        summary: "Checks by DMARC what the owner of the author's domain asks to be done with the message.",
        reads: [Read.spfResult.declaration, Read.spfDomain.declaration, Read.dkimDomains.declaration],
        readsIfPresent: [
            Read.arcResult.declaration, Read.arcSealers.declaration, Read.arcFirstResults.declaration,
            Read.spfReport.declaration, Read.dkimReport.declaration, Read.dkimUndecided.declaration,
            Read.arcReport.declaration, Read.arcUndecided.declaration,
        ],
        provides: [
            Provided.result.declaration, Provided.domain.declaration, Provided.authors.declaration,
            Provided.policy.declaration, Provided.disposition.declaration, Provided.override.declaration,
            Provided.report.declaration,
        ],
        keeps: "the rows that aggregate reports need, in dmarc of the data directory (unless reports is false)")

    /// How long rows of reports wait to be written.
    private static let flushInterval: Duration = .seconds(1)

    private final class Parts: Sendable {
        let suffixes: PublicSuffixFile
        let evaluator: PolicyEvaluator
        let log: ReportLog?

        init(suffixes: PublicSuffixFile, evaluator: PolicyEvaluator, log: ReportLog?) {
            self.suffixes = suffixes
            self.evaluator = evaluator
            self.log = log
        }
    }

    private let configuration: Configuration
    private let services: StageServices
    private let parts = Prepared<Parts>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func prepare() async throws {
        let path = services.site.publicSuffixes ?? PublicSuffixFile.systemPath
        let suffixes = try services.shared(named: path) { try PublicSuffixFile(path: path) }
        let directory = services.site.dataDirectory + "/dmarc"
        let log = configuration.keepsReports ? try services.shared { ReportLog(directory: directory) } : nil
        let evaluator = PolicyEvaluator(resolver: try services.resolver()) { suffixes.list }
        parts.set(Parts(suffixes: suffixes, evaluator: evaluator, log: log))
    }

    /// Writes rows of reports, and looks now and then whether the Public Suffix List has changed.
    package func run() async throws {
        var next = ContinuousClock.now + PublicSuffixFile.interval
        while let parts = parts.value {
            try await Task.sleep(for: Self.flushInterval)
            await flush(parts)
            guard .now >= next else { continue }
            next = .now + PublicSuffixFile.interval
            do {
                if try await parts.suffixes.refresh() { services.logger.info("Public Suffix List read again") }
            } catch {
                services.logger.error("Public Suffix List not read again", metadata: ["error": "\(error)"])
            }
        }
    }

    package func stop() async {
        if let parts = parts.take() { await flush(parts) }
    }

    /// A disk that fails costs rows of reports, and never mail.
    private func flush(_ parts: Parts) async {
        do { try await parts.log?.flush() } catch {
            services.logger.error("DMARC report rows not written", metadata: ["error": "\(error)"])
        }
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let parts = try parts.value(or: .unprepared(Self.name))
        let author = message.author
        let evaluation = await parts.evaluator.evaluate(author, message.identifiers)
        note(evaluation, of: author, in: &message, parts.log, context)
        return .proceed
    }

    package func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        let parts = try parts.value(or: .unprepared(Self.name))
        let author = message.author
        guard let evaluation = parts.evaluator.evaluateAtOnce(author, message.identifiers) else { return nil }
        note(evaluation, of: author, in: &message, parts.log, context)
        return .proceed
    }

    /// Sets the facts, and keeps what a report needs.
    private func note(
        _ evaluation: Evaluation, of author: AuthorDomain, in message: inout Message, _ reports: ReportLog?,
        _ context: StageContext
    ) {
        let evaluation = message.undecided(evaluation, trusting: configuration.trusted)
        // The message's number draws, so that a message that comes again meets the same answer.
        var disposition = evaluation.disposition(draw: Int(message.id.low % 100))
        var override = disposition == evaluation.request ? "" : "pct"
        if disposition != .none, !evaluation.isUnattributable,
            message.wasSealed(by: configuration.trusted, author: evaluation.domain)
        {
            disposition = .none
            override = "arc"
        }
        message.facts[Provided.result] = evaluation.result.rawValue
        message.facts[Provided.domain] = evaluation.domain
        message.facts[Provided.authors] = author.count
        message.facts[Provided.policy] = evaluation.policy?.request.rawValue ?? ""
        message.facts[Provided.disposition] = disposition.rawValue
        message.facts[Provided.override] = override
        // ARC's result stands for itself; here it stands only where it has decided.
        let arc = override == "arc" ? message.facts[Read.arcResult] : nil
        let report = evaluation.reportText(disposition: disposition, arc: arc)
        message.facts[Provided.report] = report
        if let finding = evaluation.finding { log(finding, report, author, of: message, in: context) }
        if evaluation.policy?.record.aggregateReports.isEmpty == false {
            reports?.note(message.row(evaluation, disposition, override))
        }
    }

    /// Tells the operator why, since a refused message leaves nothing else behind.
    private func log(
        _ finding: Logger.Message, _ report: String, _ author: AuthorDomain, of message: Message,
        in context: StageContext
    ) {
        var metadata: Logger.Metadata = [
            "message.id": "\(message.id)", "client": "\(message.client.address)", "dmarc": "\(report)",
            "spf": "\(message.facts[Read.spfReport] ?? "-")", "dkim": "\(message.facts[Read.dkimReport] ?? "-")",
            "arc": "\(message.facts[Read.arcReport] ?? "-")",
        ]
        // A single one stands in the report; of several it has the one that decided.
        if author.count > 1 { metadata["authors"] = "\(author.summary)" }
        context.logger.info(finding, metadata: metadata)
    }
}

extension Evaluation {
    /// What an operator should hear of the message, if anything.
    fileprivate var finding: Logger.Message? {
        if isUnattributable { return "message has no clear author" }
        switch result {
        case .fail: return "message fails DMARC"
        case .temperror: return "DMARC could not be checked"
        case .none, .pass, .permerror: return nil
        }
    }
}
