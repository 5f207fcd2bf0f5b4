import StageKit

/// The type of a part of a condition.
indirect enum ConditionType: Sendable, Hashable {
    case bool
    case int
    case double
    case string
    case list(ConditionType)
    /// What stages hand to each other: there is nothing that a condition can do with it.
    case bytes
    /// Of an empty list, or after a problem: goes with everything, so that one mistake is reported once.
    case any

    init(_ type: FactType) {
        switch type {
        case .bool: self = .bool
        case .int: self = .int
        case .double: self = .double
        case .string: self = .string
        case .strings: self = .list(.string)
        case .bytes: self = .bytes
        }
    }

    var isNumber: Bool { self == .int || self == .double || self == .any }

    /// Whether values of both can be equal: the same type, or two numbers.
    func isComparable(to other: ConditionType) -> Bool {
        switch (self, other) {
        case (.any, _), (_, .any): true
        case (.bytes, _), (_, .bytes): false
        case (.list(let left), .list(let right)): left.isComparable(to: right)
        case (.int, .double), (.double, .int): true
        default: self == other
        }
    }

    /// The type in words.
    var shown: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .double: "double"
        case .string: "string"
        case .list(let element): "list(\(element.shown))"
        case .bytes: "bytes"
        case .any: "anything"
        }
    }
}
