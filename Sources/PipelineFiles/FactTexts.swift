import StageKit

/// The few texts that a fact can be.
struct FactTexts {
    let fact: String
    let texts: [String]

    /// The texts of a fact; `nil` if it can be any.
    init?(_ fact: FactDeclaration) {
        self.init(fact.name, fact.values)
    }

    /// The written forms of a fact, as rules compare them; `nil` if it can have any.
    init?(written fact: FactDeclaration) {
        self.init(fact.name, fact.type == .bool ? ["true", "false"] : fact.values)
    }

    private init?(_ fact: String, _ texts: [String]) {
        guard !texts.isEmpty else { return nil }
        self.fact = fact
        self.texts = texts
    }

    /// They in words: `none, pass or ''`.
    var shown: String { listed(texts.map { $0.isEmpty ? "''" : $0 }, "or") }

    /// Why it makes no sense to compare the fact with a text; `nil` if it does.
    func objection(to text: String, shown word: String) -> (text: String, suggestion: String?)? {
        guard !texts.contains(text) else { return nil }
        return ("\(fact) is never \(word); it is \(shown)", closest(to: text, among: texts))
    }
}

/// Words in a row: `a, b and c`.
func listed(_ words: [String], _ conjunction: String = "and") -> String {
    guard let last = words.last, words.count > 1 else { return words.joined() }
    return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}
