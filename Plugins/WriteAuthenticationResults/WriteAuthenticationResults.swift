import AuthenticationResults
import Bytes
import Files
import Logging
package import StageKit

/// Writes what the checks before it found into one `Authentication-Results` field, and removes forged ones (RFC 8601).
///
/// ```yaml
/// message:
///   - authentication-results     # after all checks
/// ```
///
/// The field goes to the top of the trace, above our own `Received`, as section 4 asks for in its last paragraphs: who reads
/// downwards meets it before the hop at which the checks were made. Above it stands only
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
    private let directory: String

    package init(configuration: NoConfiguration, services: StageServices) {
        hostName = services.site.hostName
        directory = services.site.dataDirectory
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        if let clean = try await cleaned(message.content, of: message.id) {
            replaceContent(of: &message, clean, context)
        }
        try writeField(in: &message)
        return .proceed
    }

    package func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        guard message.content.count < Self.largeContent else { return nil }
        if let clean = ForgedFields.removing(hostName, from: message.content) {
            replaceContent(of: &message, clean, context)
        }
        try writeField(in: &message)
        return .proceed
    }

    private func replaceContent(of message: inout Message, _ clean: Octets, _ context: StageContext) {
        message = message.with(content: clean)
        context.logger.info("forged Authentication-Results removed", metadata: ["message.id": "\(message.id)"])
    }

    /// What the checks have found.
    private static let results = FactEnding(ResultFacts.suffix, first: ResultFacts.names)

    private func writeField(in message: inout Message) throws {
        let reports = message.facts.texts(Self.results)
        guard let field = ResultsField.field(service: hostName, reports: reports) else {
            throw StageContractViolation(
                "a check left a report that is no result of RFC 8601: \(reports.joined(separator: "; "))")
        }
        message.trace.insert(field, at: 0)
    }

    /// From this size on the content without forged fields goes to a file, as the content itself does.
    private static let largeContent = 1 << 20

    /// The content without forged fields; nil if there are none.
    private func cleaned(_ content: Octets, of id: MessageID) async throws -> Octets? {
        guard content.count >= Self.largeContent else { return ForgedFields.removing(hostName, from: content) }
        guard let remains = ForgedFields.remains(of: content, without: hostName) else { return nil }
        let directory = directory
        // Rare, so that a thread is not kept for it.
        return try await BlockingThreads(count: 1).run {
            try LocalFileSystem().createDirectory(directory)
            return try LocalFileSystem().join(remains, of: content, at: "\(directory)/rewritten-\(id)")
        }
    }
}
