import MIME
package import StageKit

/// Reads the message's structure and gives its facts to the steps after it; never refuses anything itself.
///
/// ```yaml
/// - parse-mime
/// - block-attachments: { extensions: [exe] }
///   when: mime.attachments > 0 || "tnef" in mime.defects
/// ```
package struct ParseMIME: Stage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "parse-mime",
        summary: "Reads the structure of the message: parts, attachments, header fields, defects.",
        provides: MIMEFacts.declarations + HeaderFacts.declarations)

    package init(configuration: NoConfiguration, services: StageServices) {}

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let parsed = message.parsed
        MIMEFacts.set(&message.facts, from: parsed)
        HeaderFacts.set(&message.facts, from: parsed)
        return .proceed
    }
}
