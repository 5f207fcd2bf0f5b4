import MIME
package import StageKit

/// Reads the message's structure and gives its facts to the steps after it; never refuses anything itself.
///
/// ```yaml
/// - parse-mime
/// ```
package struct ParseMIME: Stage {
    package typealias Configuration = NoConfiguration

    /// The facts of a parsed message.
    package enum Provided {
        package static let parts = Fact<Int>("mime.parts", "How many parts the message has, containers included.")
        package static let attachments = Fact<Int>("mime.attachments", "How many attachments it has.")
        package static let defects = Fact<[String]>("mime.defects", "The kinds of what is malformed in it, each once.")
        package static let subject = Fact<String>("header.subject", "The decoded subject; empty if there is none.")
        package static let from = Fact<String>("header.from", "The first address in From; empty if there is none.")
    }

    package static let manifest = StageManifest(
        name: "parse-mime",
        summary: "Reads the structure of the message: parts, attachments, header fields, defects.",
        provides: [
            Provided.parts.declaration, Provided.attachments.declaration, Provided.defects.declaration,
            Provided.subject.declaration, Provided.from.declaration,
        ])

    package init(configuration: NoConfiguration, services: StageServices) {}

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let parsed = message.parsed
        message.facts[Provided.parts] = parsed.parts.count
        message.facts[Provided.attachments] = parsed.attachments.count
        message.facts[Provided.defects] = Set(parsed.defects.map(\.kind.rawValue)).sorted()
        message.facts[Provided.subject] = parsed.subject ?? ""
        message.facts[Provided.from] = parsed.from.first?.description ?? ""
        return .proceed
    }
}
