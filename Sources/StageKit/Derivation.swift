package import MIME

/// How facts follow from the content of a message.
package struct Derivation: Sendable {
    private var rules: [UInt32: @Sendable (ParsedMessage) -> FactValue] = [:]
    /// The facts, in the order in which they were added.
    package private(set) var declarations: [FactDeclaration] = []

    /// A derivation of nothing.
    package init() {}

    /// Adds a fact, and how it is found out.
    package mutating func add<Value>(_ fact: Fact<Value>, _ rule: @escaping @Sendable (ParsedMessage) -> Value) {
        rules[fact.number] = { rule($0).factValue }
        declarations.append(fact.declaration)
    }

    /// All facts of a message, as those that anybody sets.
    package func facts(of message: ParsedMessage) -> Facts {
        var facts = Facts()
        for (number, rule) in rules { facts.set(rule(message), for: number) }
        return facts
    }

    /// Whether the fact of a number follows from the content.
    func has(_ number: UInt32) -> Bool { rules[number] != nil }

    /// The fact of a number; `nil` if it does not follow from the content.
    func value(for number: UInt32, of message: ParsedMessage) -> FactValue? { rules[number]?(message) }
}
