import Bytes
import MIME
import StageKit

/// One rule of the scorer: a test, and what it adds to the score.
struct SpamRule: Sendable {
    /// What is looked at.
    enum Test: Sendable {
        /// A header field contains one of the texts, letter case aside.
        case header(String, contains: [OctetPattern])
        /// A header field is missing.
        case headerMissing(String)
        /// The text that a reader sees contains one of the texts, letter case aside.
        case body(contains: [OctetPattern])
        /// A fact, in its written form, is one of the values.
        case fact(String, isOneOf: [String])
    }

    let name: String
    let test: Test
    /// Points, negative for signs of good mail.
    let score: Double

    /// Reads `{ name, score }` and one of `header`, `body`, `fact` with `contains`, `missing` or `is`.
    init(from settings: inout Settings) {
        name = settings.take("name", "The word by which trace and `spam.rules` call the rule.")
        score = settings.take("score", "What the rule adds when it holds; negative for signs of good mail.")
        let header = settings.takeOptional("header", of: String.self, "The header field to look at.")
        let body = settings.takeOptional("body", of: Bool.self, "Set to true to look at the text.")
        let fact = settings.takeOptional("fact", of: String.self, "The fact to look at.")
        let contains = settings.takeOptional(
            "contains", of: [String].self, "The rule holds if one of these stands in the field or the text.")
        let missing = settings.takeOptional("missing", of: Bool.self, "The rule holds if the field is not there.")
        let values = settings.takeOptional(
            "is", of: [String].self, "The rule holds if the fact has one of these values.")
        switch (header, body, fact) {
        case (let header?, nil, nil) where missing == true && contains == nil: test = .headerMissing(header)
        case (let header?, nil, nil) where contains?.isEmpty == false && missing == nil:
            test = .header(header, contains: (contains ?? []).map { OctetPattern($0.lowercased()) })
        case (nil, true, nil) where contains?.isEmpty == false:
            test = .body(contains: (contains ?? []).map { OctetPattern($0.lowercased()) })
        case (nil, nil, let fact?) where values?.isEmpty == false:
            test = .fact(fact, isOneOf: values ?? [])
            settings.noteUse(of: fact, by: "fact", comparedWith: "is")
        default:
            test = .body(contains: [])
            settings.note(
                "name",
                "names a rule without a test; give `header` with `contains` or `missing: true`, `body: true` with `contains`, or `fact` with `is`"
            )
        }
    }

    /// Whether the rule holds for a message.
    func holds(for parsed: ParsedMessage, loweredText: @autoclosure () -> LoweredText, facts: Facts) -> Bool {
        switch test {
        case .headerMissing(let name): return parsed.header[name] == nil
        case .header(let name, let texts):
            return parsed.header.all(name).contains { field in
                var value = field.value.lowercased()
                return texts.contains { $0.occurs(in: &value) }
            }
        case .body(let texts):
            let text = loweredText()
            return texts.contains { text.contains($0) }
        case .fact(let name, let values):
            return facts[name].map { values.contains($0.text) } ?? false
        }
    }
}

extension FactValue {
    /// The value as one writes it in a rule.
    fileprivate var text: String {
        switch self {
        case .bool(let value): String(value)
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .strings(let values): values.joined(separator: ",")
        case .bytes: ""
        }
    }
}
