import StageKit

/// A condition as a tree.
struct ConditionExpression: Sendable, Hashable {
    /// What a node of the tree does.
    indirect enum Kind: Sendable, Hashable {
        case literal(FactValue)
        case list([ConditionExpression])
        case fact(String)
        case has(String)
        case not(ConditionExpression)
        case negative(ConditionExpression)
        case operation(Operator, ConditionExpression, ConditionExpression)
        case choice(ConditionExpression, ConditionExpression, ConditionExpression)
        case size(ConditionExpression)
        case search(Search, ConditionExpression, ConditionExpression)
        case matches(ConditionExpression, Pattern)
    }

    /// An operator with two sides.
    enum Operator: String, Sendable {
        case or = "||"
        case and = "&&"
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case member = "in"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divided = "/"
        case remainder = "%"

        /// How tightly it binds, as in CEL.
        var precedence: Int {
            switch self {
            case .or: 1
            case .and: 2
            case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual, .member: 3
            case .plus, .minus: 4
            case .times, .divided, .remainder: 5
            }
        }
    }

    /// A function that looks for one text in another.
    enum Search: String, Sendable, CaseIterable {
        case contains
        case startsWith
        case endsWith
    }

    let kind: Kind
    /// The character that findings about it point to, counted from 0.
    let offset: Int
}
