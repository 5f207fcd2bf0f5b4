package import StageKit

/// A condition of a pipeline file, checked and ready: a subset of CEL, the Common Expression Language.
package struct Condition: Sendable, Hashable {
    /// The condition as the file has it.
    package let source: String
    let expression: ConditionExpression

    /// Whether the condition holds for these facts; where several know a name, the last one counts.
    ///
    /// As in CEL, `&&` and `||` need only the side that decides: a failure of the other side does not matter.
    ///
    /// - Throws: ``ConditionFailure`` for a fact that is not there or a calculation without result; the caller fails
    ///   closed.
    package func evaluate(_ facts: Facts...) throws -> Bool {
        guard case .bool(let result) = try ConditionEvaluation(facts: facts).value(of: expression) else {
            throw ConditionFailure(.type, "\(source) is neither true nor false")
        }
        return result
    }
}

/// Why a condition has no result for a message.
package struct ConditionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failures.
    package enum Code: String, Sendable {
        /// A fact that the condition reads is not there.
        case missingFact = "missing-fact"
        /// A fact has another type than its stage declared.
        case type = "fact-type"
        /// A division by zero, or a whole number beyond 64 bits.
        case arithmetic
    }

    /// The kind.
    package let code: Code
    /// What failed.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
