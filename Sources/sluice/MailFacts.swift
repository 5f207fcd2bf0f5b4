import MIME
import MailStore
import Mailboxes
import PipelineFiles
import StageKit

/// What is known about a stored mail.
enum MailFacts {
    /// Lines `name: value` in the order of their names: what stages found out, and what follows from the content.
    static func lines(of mail: StoredMail, _ parsed: ParsedMessage) -> [Substring] {
        let derived = StageCatalog.linked.components.compactMap { component -> [UInt8]? in
            let stage = component as? any DerivingStage.Type
            return stage.map { FactText.lines($0.derivation.facts(of: parsed)) }
        }
        // What was found out when the mail came counts before what is found now.
        return (derived.flatMap(lines) + lines(mail.body.facts))
            .reduce(into: [Substring: Substring]()) { $0[name(of: $1)] = $1 }
            .sorted { $0.key < $1.key }.map(\.value)
    }

    private static func lines(_ text: [UInt8]) -> [Substring] {
        String(decoding: text, as: UTF8.self).split(separator: "\n")
    }

    private static func name(of line: Substring) -> Substring { line.prefix { $0 != ":" } }
}
