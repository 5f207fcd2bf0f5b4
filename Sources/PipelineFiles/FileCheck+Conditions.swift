import StageKit

/// A condition and what it proves.
struct CheckedCondition {
    let condition: Condition
    /// The facts that are there if it holds.
    let ifTrue: Set<String>
    /// The facts that are there if it does not.
    let ifFalse: Set<String>
}

extension FileCheck {
    /// Checks a condition against the facts of a scope; notes everything that is wrong with it.
    mutating func checkCondition(_ node: SettingNode, _ place: StepPlace, _ scope: FactScope) -> CheckedCondition? {
        guard let text = node.text else {
            note(.wrongType, node.location, "a condition must be a text such as 'spam.score >= 6', not \(node.shown)")
            return nil
        }
        do {
            let expression = try ConditionParser.parse(text)
            var checker = ConditionChecker(
                scope: scope, catalog: context.catalog, readsRecipientFacts: place == .session(.recipient))
            let knowledge = checker.check(expression)
            for problem in checker.problems { note(problem, node) }
            guard checker.problems.isEmpty else { return nil }
            return CheckedCondition(
                condition: Condition(source: text, expression: expression), ifTrue: knowledge.ifTrue,
                ifFalse: knowledge.ifFalse)
        } catch {
            note(error, node)
            return nil
        }
    }

    private mutating func note(_ problem: ConditionProblem, _ node: SettingNode) {
        let place = source.place(of: problem.offset, inScalarAt: node.location)
        note(
            Finding(problem.code, at: place, problem.text, suggestion: problem.suggestion),
            missing: problem.missingStages)
    }
}
