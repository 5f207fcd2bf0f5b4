import MIME
package import StageKit

/// Adds up the weights of the rules that hold; what the score means is for a `decide` to say.
///
/// ```yaml
/// - score-spam:
///     rules:
///       - { name: failed-spf, fact: spf.result, is: [fail], score: 5 }
///       - { name: no-date, header: Date, missing: true, score: 1.5 }
///       - { name: prize, body: true, contains: ["you have won"], score: 4 }
/// ```
package struct ScoreSpam: PromptStage {
    /// The rules of the file.
    package struct Configuration: StageConfiguration {
        let rules: [SpamRule]

        package init(from settings: inout Settings) throws {
            rules = settings.takeGroups("rules", "The rules; each that holds adds its score.") { SpamRule(from: &$0) }
        }
    }

    /// The facts of a scored message.
    package enum Provided {
        package static let score = Fact<Double>("spam.score", "The sum of the rules that hold.")
        package static let rules = Fact<[String]>(
            "spam.rules", "The names of the rules that hold, in the file's order.")
    }

    package static let manifest = StageManifest(
        name: "score-spam",
        summary: "Scores the message by weighted rules about header fields, text and facts.",
        provides: [Provided.score.declaration, Provided.rules.declaration])

    private let rules: [SpamRule]

    package init(configuration: Configuration, services: StageServices) throws {
        rules = configuration.rules
        var names: Set<String> = []
        for rule in rules where !names.insert(rule.name).inserted {
            throw ConfigurationError("has two rules named \(rule.name); give each a name of its own", at: "rules")
        }
    }

    package func process(_ message: inout Message, in context: StageContext) throws -> Verdict {
        let parsed = message.parsed
        let text = message.text
        var lowered: LoweredText?
        func loweredText() -> LoweredText {
            if let lowered { return lowered }
            let made = LoweredText(beginningOf: text)
            lowered = made
            return made
        }
        let holding = rules.filter { $0.holds(for: parsed, loweredText: loweredText(), facts: message.facts) }
        message.facts[Provided.score] = holding.reduce(0) { $0 + $1.score }
        message.facts[Provided.rules] = holding.map(\.name)
        return .proceed
    }
}
