import MIME
package import StageKit

/// Reads the message's structure and gives its facts to the steps after it; never refuses anything itself.
///
/// ```yaml
/// - parse-mime
/// - block-attachments: { extensions: [exe] }
///   when: mime.attachments > 0 || "tnef" in mime.defects
/// ```
package struct ParseMIME: DerivingStage, PromptStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "parse-mime",
        summary: "Reads the structure of the message: parts, attachments, header fields, defects.",
        provides: derivation.declarations)

    /// The facts, each found out when a step or a condition first reads it.
    package static let derivation = {
        var derivation = Derivation()
        MIMEFacts.add(to: &derivation)
        HeaderFacts.add(to: &derivation)
        return derivation
    }()

    package init(configuration: NoConfiguration, services: StageServices) {}

    package func process(_ message: inout Message, in context: StageContext) throws -> Verdict {
        // The steps after it want the parse, which is made here, within the time of this step.
        _ = message.parsed
        derive(&message)
        return .proceed
    }
}
