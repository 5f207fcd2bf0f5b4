import StageKit

/// One calculation of a condition.
struct ConditionEvaluation {
    /// A value on the way.
    enum Value: Equatable {
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        case list([Value])

        init(_ value: FactValue) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .int(let value): self = .int(value)
            case .double(let value): self = .double(value)
            case .string(let value): self = .string(value)
            case .strings(let values): self = .list(values.map { .string($0) })
            case .bytes: self = .list([])
            }
        }

        var number: Double? {
            switch self {
            case .int(let value): Double(value)
            case .double(let value): value
            case .bool, .string, .list: nil
            }
        }
    }

    let facts: [Facts]

    func value(of expression: ConditionExpression) throws -> Value {
        switch expression.kind {
        case .literal(let value): return Value(value)
        case .list(let elements): return .list(try elements.map(value(of:)))
        case .fact(let name):
            guard let value = lookUp(name) else { throw ConditionFailure(.missingFact, "\(name) is not known") }
            return Value(value)
        case .has(let name): return .bool(lookUp(name) != nil)
        case .not(let inner): return .bool(try !bool(inner))
        case .negative(let inner): return try negative(try value(of: inner))
        case .operation(.and, let left, let right): return .bool(try decide(left, right, by: false))
        case .operation(.or, let left, let right): return .bool(try decide(left, right, by: true))
        case .operation(let operation, let left, let right):
            return try calculate(operation, try value(of: left), try value(of: right))
        case .choice(let condition, let first, let second):
            return try value(of: try bool(condition) ? first : second)
        case .size(let inner): return try size(try value(of: inner))
        case .search(let search, let text, let part):
            return .bool(find(search, try string(part), in: try string(text)))
        case .matches(let text, let pattern): return .bool(pattern.matches(try string(text)))
        }
    }

    private func lookUp(_ name: String) -> FactValue? {
        for source in facts.reversed() {
            if let value = source[name] { return value }
        }
        return nil
    }

    private func bool(_ expression: ConditionExpression) throws -> Bool {
        guard case .bool(let result) = try value(of: expression) else { throw mismatch }
        return result
    }

    private func string(_ expression: ConditionExpression) throws -> String {
        guard case .string(let result) = try value(of: expression) else { throw mismatch }
        return result
    }

    private var mismatch: ConditionFailure { ConditionFailure(.type, "a fact is not of the type its stage declared") }

    /// `&&` is decided by a false side, `||` by a true one, whatever becomes of the other.
    private func decide(_ left: ConditionExpression, _ right: ConditionExpression, by deciding: Bool) throws -> Bool {
        do {
            return try bool(left) == deciding ? deciding : bool(right)
        } catch {
            guard try bool(right) == deciding else { throw error }
            return deciding
        }
    }

    /// Compares by scalars: no normalisation can make two different texts equal.
    private func find(_ search: ConditionExpression.Search, _ part: String, in text: String) -> Bool {
        switch search {
        case .contains: part.isEmpty || !text.utf8.ranges(of: Array(part.utf8)).isEmpty
        case .startsWith: text.utf8.starts(with: part.utf8)
        case .endsWith: text.utf8.reversed().starts(with: part.utf8.reversed())
        }
    }

    private func size(_ value: Value) throws -> Value {
        switch value {
        case .string(let text): .int(text.unicodeScalars.count)
        case .list(let elements): .int(elements.count)
        case .bool, .int, .double: throw mismatch
        }
    }

    private func negative(_ value: Value) throws -> Value {
        switch value {
        case .int(let number): try whole(Int(0).subtractingReportingOverflow(number))
        case .double(let number): .double(-number)
        case .bool, .string, .list: throw mismatch
        }
    }

    private func whole(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
        guard !result.overflow else { throw ConditionFailure(.arithmetic, "a number beyond 64 bits") }
        return .int(result.partialValue)
    }
}

extension ConditionEvaluation {
    private func calculate(_ operation: ConditionExpression.Operator, _ left: Value, _ right: Value) throws -> Value {
        switch operation {
        case .equal: return .bool(isEqual(left, right))
        case .unequal: return .bool(!isEqual(left, right))
        case .less: return .bool(try isLess(left, right))
        case .greater: return .bool(try isLess(right, left))
        case .lessOrEqual: return .bool(try isLess(left, right) || isEqual(left, right))
        case .greaterOrEqual: return .bool(try isLess(right, left) || isEqual(left, right))
        case .member:
            guard case .list(let elements) = right else { throw mismatch }
            return .bool(elements.contains { isEqual(left, $0) })
        case .plus, .minus, .times, .divided, .remainder: return try arithmetic(operation, left, right)
        case .and, .or: throw mismatch
        }
    }

    private func isEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.int, .double), (.double, .int): left.number == right.number
        case (.string(let first), .string(let second)): first.utf8.elementsEqual(second.utf8)
        case (.list(let first), .list(let second)):
            first.count == second.count && zip(first, second).allSatisfy { isEqual($0, $1) }
        default: left == right
        }
    }

    private func isLess(_ left: Value, _ right: Value) throws -> Bool {
        switch (left, right) {
        case (.int(let first), .int(let second)): return first < second
        case (.string(let first), .string(let second)):
            return first.utf8.lexicographicallyPrecedes(second.utf8)
        default:
            guard let first = left.number, let second = right.number else { throw mismatch }
            return first < second
        }
    }

    private func arithmetic(_ operation: ConditionExpression.Operator, _ left: Value, _ right: Value) throws -> Value {
        if case (.int(let first), .int(let second)) = (left, right) { return try whole(operation, first, second) }
        if case (.string(let first), .string(let second)) = (left, right) { return .string(first + second) }
        guard let first = left.number, let second = right.number else { throw mismatch }
        return switch operation {
        case .plus: .double(first + second)
        case .minus: .double(first - second)
        case .times: .double(first * second)
        default: .double(first / second)
        }
    }

    private func whole(_ operation: ConditionExpression.Operator, _ left: Int, _ right: Int) throws -> Value {
        switch operation {
        case .plus: return try whole(left.addingReportingOverflow(right))
        case .minus: return try whole(left.subtractingReportingOverflow(right))
        case .times: return try whole(left.multipliedReportingOverflow(by: right))
        case .divided:
            guard right != 0 else { throw ConditionFailure(.arithmetic, "a division by zero") }
            return try whole(left.dividedReportingOverflow(by: right))
        default:
            guard right != 0 else { throw ConditionFailure(.arithmetic, "a division by zero") }
            return try whole(left.remainderReportingOverflow(dividingBy: right))
        }
    }
}
