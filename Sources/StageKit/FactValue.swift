public import Bytes

/// The type of a fact.
public enum FactType: String, Sendable, Hashable {
    /// True or false.
    case bool
    /// A whole number.
    case int
    /// A number.
    case double
    /// A text.
    case string
    /// Several texts.
    case strings = "list(string)"
    /// Octets that stages hand to each other; conditions cannot read them.
    case bytes
}

/// The value of a fact.
public enum FactValue: Sendable, Hashable {
    /// True or false.
    case bool(Bool)
    /// A whole number.
    case int(Int)
    /// A number.
    case double(Double)
    /// A text.
    case string(String)
    /// Several texts.
    case strings([String])
    /// Octets that stages hand to each other.
    case bytes(Octets)

    /// The value's type.
    public var type: FactType {
        switch self {
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string: .string
        case .strings: .strings
        case .bytes: .bytes
        }
    }
}

/// A Swift type that a fact may have.
public protocol FactRepresentable: Sendable {
    /// The fact type it stands for.
    static var factType: FactType { get }
    /// The value as a fact.
    var factValue: FactValue { get }
    /// The value in a fact; `nil` if the fact has another type.
    static func value(in fact: FactValue) -> Self?
}

extension Bool: FactRepresentable {
    /// `bool`.
    public static var factType: FactType { .bool }
    /// The value as a fact.
    public var factValue: FactValue { .bool(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> Bool? {
        guard case .bool(let value) = fact else { return nil }
        return value
    }
}

extension Int: FactRepresentable {
    /// `int`.
    public static var factType: FactType { .int }
    /// The value as a fact.
    public var factValue: FactValue { .int(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> Int? {
        guard case .int(let value) = fact else { return nil }
        return value
    }
}

extension Double: FactRepresentable {
    /// `double`.
    public static var factType: FactType { .double }
    /// The value as a fact.
    public var factValue: FactValue { .double(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> Double? {
        guard case .double(let value) = fact else { return nil }
        return value
    }
}

extension String: FactRepresentable {
    /// `string`.
    public static var factType: FactType { .string }
    /// The value as a fact.
    public var factValue: FactValue { .string(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> String? {
        guard case .string(let value) = fact else { return nil }
        return value
    }
}

extension [String]: FactRepresentable {
    /// `list(string)`.
    public static var factType: FactType { .strings }
    /// The value as a fact.
    public var factValue: FactValue { .strings(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> [String]? {
        guard case .strings(let value) = fact else { return nil }
        return value
    }
}

extension Octets: FactRepresentable {
    /// `bytes`.
    public static var factType: FactType { .bytes }
    /// The value as a fact.
    public var factValue: FactValue { .bytes(self) }
    /// The value in a fact.
    public static func value(in fact: FactValue) -> Octets? {
        guard case .bytes(let value) = fact else { return nil }
        return value
    }
}
