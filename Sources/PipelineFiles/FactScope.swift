import StageKit

/// The facts that are there at one step of a pipeline.
struct FactScope: Sendable, Equatable {
    /// Every fact that may be there, as it was declared first.
    private(set) var facts: [String: FactDeclaration] = [:]
    /// Those that are there for every message.
    private(set) var certain: Set<String> = []
    /// Those that each recipient has of its own.
    private(set) var ofRecipients: Set<String> = []

    /// Adds facts, which are there always or sometimes.
    mutating func add(_ facts: [FactDeclaration], isCertain: Bool, isOfRecipient: Bool = false) {
        for fact in facts { add(fact, isCertain: isCertain, isOfRecipient: isOfRecipient) }
    }

    /// Adds a fact, which is there always or sometimes.
    mutating func add(_ fact: FactDeclaration, isCertain: Bool, isOfRecipient: Bool = false) {
        if !isOfRecipient {
            ofRecipients.remove(fact.name)
        } else if facts[fact.name] == nil {
            ofRecipients.insert(fact.name)
        }
        facts[fact.name] = facts[fact.name] ?? fact
        if isCertain { certain.insert(fact.name) }
    }

    /// The same facts, some more of which are there for sure.
    func assuming(_ facts: Set<String>) -> FactScope {
        var scope = self
        scope.certain.formUnion(facts)
        return scope
    }

    /// What holds where two ways meet: certain is what is certain on both.
    func merged(with other: FactScope) -> FactScope {
        var scope = self
        scope.facts.merge(other.facts) { first, _ in first }
        scope.certain.formIntersection(other.certain)
        scope.ofRecipients.formUnion(other.ofRecipients)
        return scope
    }
}
