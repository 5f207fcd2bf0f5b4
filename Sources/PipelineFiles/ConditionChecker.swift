import StageKit

/// Finds the type of a condition and everything that does not go together.
struct ConditionChecker {
    /// What is known after a part of a condition.
    struct Knowledge {
        var type: ConditionType
        /// The facts that are there if the part is true.
        var ifTrue: Set<String> = []
        /// The facts that are there if it is false.
        var ifFalse: Set<String> = []
    }

    let scope: FactScope
    /// All facts that any stage provides, for better words about those that are missing.
    let catalog: StageCatalog
    /// Whether the facts of a single recipient are there.
    let readsRecipientFacts: Bool
    private(set) var problems: [ConditionProblem] = []

    init(scope: FactScope, catalog: StageCatalog, readsRecipientFacts: Bool) {
        self.scope = scope
        self.catalog = catalog
        self.readsRecipientFacts = readsRecipientFacts
    }

    /// Checks a whole condition, which must be true or false.
    mutating func check(_ expression: ConditionExpression) -> Knowledge {
        let knowledge = check(expression, scope.certain)
        require(knowledge.type, [.bool], expression.offset, "a condition must be true or false")
        return knowledge
    }

    private mutating func note(
        _ offset: Int, _ text: String, code: Finding.Code = .conditionType, suggestion: String? = nil
    ) {
        problems.append(ConditionProblem(code: code, offset: offset, text: text, suggestion: suggestion))
    }

    private mutating func require(_ type: ConditionType, _ wanted: [ConditionType], _ offset: Int, _ text: String) {
        guard type != .any, !wanted.contains(type) else { return }
        note(offset, "\(text), but this is \(type.shown)")
    }

    private mutating func check(_ expression: ConditionExpression, _ known: Set<String>) -> Knowledge {
        switch expression.kind {
        case .literal(let value): return Knowledge(type: ConditionType(value.type))
        case .list(let elements): return Knowledge(type: .list(element(of: elements, known)))
        case .fact(let name): return Knowledge(type: read(name, expression.offset, known))
        case .has(let name):
            guard declared(name, expression.offset) != nil else { return Knowledge(type: .bool) }
            return Knowledge(type: .bool, ifTrue: [name])
        case .not(let inner):
            let knowledge = check(inner, known)
            require(knowledge.type, [.bool], inner.offset, "! needs true or false")
            return Knowledge(type: .bool, ifTrue: knowledge.ifFalse, ifFalse: knowledge.ifTrue)
        case .negative(let inner):
            let type = check(inner, known).type
            require(type, [.int, .double], inner.offset, "- needs a number")
            return Knowledge(type: type)
        case .operation(let operation, let left, let right):
            return check(operation, left, right, expression.offset, known)
        case .choice(let condition, let first, let second): return choice(condition, first, second, known)
        case .size(let inner):
            let type = check(inner, known).type
            if case .list = type { return Knowledge(type: .int) }
            require(type, [.string], inner.offset, "size needs a text or a list")
            return Knowledge(type: .int)
        case .search(let search, let text, let part):
            require(check(text, known).type, [.string], text.offset, "\(search.rawValue) needs a text")
            require(check(part, known).type, [.string], part.offset, "\(search.rawValue) looks for a text")
            return Knowledge(type: .bool)
        case .matches(let text, _):
            require(check(text, known).type, [.string], text.offset, "matches needs a text")
            return Knowledge(type: .bool)
        }
    }

    private mutating func choice(
        _ condition: ConditionExpression, _ first: ConditionExpression, _ second: ConditionExpression,
        _ known: Set<String>
    ) -> Knowledge {
        let tested = check(condition, known)
        require(tested.type, [.bool], condition.offset, "what stands before ? must be true or false")
        let left = check(first, known.union(tested.ifTrue)).type
        let right = check(second, known.union(tested.ifFalse)).type
        guard left.isComparable(to: right) else {
            note(second.offset, "both sides of : must be of one type, but these are \(left.shown) and \(right.shown)")
            return Knowledge(type: .any)
        }
        return Knowledge(type: left == right ? left : left == .any ? right : right == .any ? left : .double)
    }

    private mutating func element(of elements: [ConditionExpression], _ known: Set<String>) -> ConditionType {
        var type = ConditionType.any
        for element in elements {
            let next = check(element, known).type
            guard type.isComparable(to: next) else {
                note(element.offset, "a list has elements of one type, but these are \(type.shown) and \(next.shown)")
                return .any
            }
            if case .list = next { note(element.offset, "lists within lists are not part of the format") }
            type = type == .any ? next : (type == next || next == .any ? type : .double)
        }
        return type
    }
}

extension ConditionChecker {
    private mutating func check(
        _ operation: ConditionExpression.Operator, _ left: ConditionExpression, _ right: ConditionExpression,
        _ offset: Int, _ known: Set<String>
    ) -> Knowledge {
        let first = check(left, known)
        switch operation {
        case .and:
            let second = check(right, known.union(first.ifTrue))
            requireBools(operation, (left, first.type), (right, second.type))
            return Knowledge(
                type: .bool, ifTrue: first.ifTrue.union(second.ifTrue),
                ifFalse: first.ifFalse.intersection(second.ifFalse))
        case .or:
            let second = check(right, known.union(first.ifFalse))
            requireBools(operation, (left, first.type), (right, second.type))
            return Knowledge(
                type: .bool, ifTrue: first.ifTrue.intersection(second.ifTrue),
                ifFalse: first.ifFalse.union(second.ifFalse))
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
            compare(operation, first.type, check(right, known).type, offset)
            if operation == .equal || operation == .unequal { compareTexts(left, right) }
            return Knowledge(type: .bool)
        case .member:
            requireMembership(first.type, check(right, known).type, offset)
            if case .list(let elements) = right.kind { for element in elements { compareTexts(left, element) } }
            return Knowledge(type: .bool)
        case .plus, .minus, .times, .divided, .remainder:
            return Knowledge(type: arithmetic(operation, first.type, check(right, known).type, offset))
        }
    }

    private mutating func requireBools(
        _ operation: ConditionExpression.Operator, _ sides: (ConditionExpression, ConditionType)...
    ) {
        for (side, type) in sides {
            require(type, [.bool], side.offset, "\(operation.rawValue) joins conditions that are true or false")
        }
    }

    private mutating func compare(
        _ operation: ConditionExpression.Operator, _ left: ConditionType, _ right: ConditionType, _ offset: Int
    ) {
        guard left.isComparable(to: right) else {
            note(
                offset,
                "\(operation.rawValue) compares values of one type, but these are \(left.shown) and \(right.shown)")
            return
        }
        guard operation != .equal, operation != .unequal else { return }
        for type in [left, right] where type == .bool || type.isList {
            note(offset, "\(operation.rawValue) compares numbers or texts, but this is \(type.shown)")
            return
        }
    }

    /// Notes that a fact is compared with a text that it never is.
    private mutating func compareTexts(_ left: ConditionExpression, _ right: ConditionExpression) {
        switch (left.kind, right.kind) {
        case (.literal, .fact): compareTexts(right, left)
        case (.fact(let name), .literal(.string(let text))):
            guard let fact = scope.facts[name], let texts = FactTexts(fact),
                let objection = texts.objection(to: text, shown: "'\(text)'")
            else { return }
            note(right.offset, objection.text, code: .factValue, suggestion: objection.suggestion)
        default: return
        }
    }

    private mutating func requireMembership(_ element: ConditionType, _ list: ConditionType, _ offset: Int) {
        guard list != .any else { return }
        guard case .list(let member) = list else {
            note(offset, "in needs a list on its right, as in ['a', 'b'], but this is \(list.shown)")
            return
        }
        guard !element.isComparable(to: member) else { return }
        note(offset, "in looks for \(element.shown) in \(list.shown)")
    }

    private mutating func arithmetic(
        _ operation: ConditionExpression.Operator, _ left: ConditionType, _ right: ConditionType, _ offset: Int
    ) -> ConditionType {
        if left == .any || right == .any { return left == .any ? right : left }
        if operation == .plus, left == .string, right == .string { return .string }
        if operation == .remainder, left == .int, right == .int { return .int }
        if operation != .remainder, left.isNumber, right.isNumber {
            return left == .int && right == .int ? .int : .double
        }
        let wanted =
            switch operation {
            case .plus: "two numbers or two texts"
            case .remainder: "two whole numbers"
            default: "two numbers"
            }
        note(offset, "\(operation.rawValue) needs \(wanted), but these are \(left.shown) and \(right.shown)")
        return .any
    }

    /// The type of a fact that anybody may have provided by now.
    private mutating func declared(_ name: String, _ offset: Int) -> ConditionType? {
        guard let fact = scope.facts[name] else {
            let problem = catalog.absence(of: name, in: scope)
            problems.append(
                ConditionProblem(
                    code: problem.code, offset: offset, text: problem.text, suggestion: problem.suggestion,
                    missingStages: catalog.providers(of: name)))
            return nil
        }
        if scope.ofRecipients.contains(name), !readsRecipientFacts {
            note(
                offset, "\(name) belongs to one recipient; only conditions in session: recipient can read it",
                code: .recipientFact)
            return nil
        }
        return ConditionType(fact.type)
    }

    private mutating func read(_ name: String, _ offset: Int, _ known: Set<String>) -> ConditionType {
        guard let type = declared(name, offset) else { return .any }
        if !known.contains(name) {
            note(
                offset, "\(name) is not there for every message; write has(\(name)) && … before it",
                code: .factMayBeMissing)
        }
        return type
    }
}

extension ConditionType {
    fileprivate var isList: Bool {
        if case .list = self { true } else { false }
    }
}
