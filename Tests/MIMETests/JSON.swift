import FoundationEssentials

/// A JSON value, for the expectations of other projects.
indirect enum JSON: Decodable {
    case null
    case number(Double)
    case flag(Bool)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = Self.attempt({ try container.decode(Bool.self) }) {
            self = .flag(value)
        } else if let value = Self.attempt({ try container.decode(Double.self) }) {
            self = .number(value)
        } else if let value = Self.attempt({ try container.decode(String.self) }) {
            self = .text(value)
        } else if let value = Self.attempt({ try container.decode([JSON].self) }) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// Reads a file.
    static func read(_ path: String) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(Suites.octets(of: path)))
    }

    private static func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch { return nil }  // the next type is tried
    }

    /// The member of an object.
    subscript(name: String) -> JSON {
        if case .object(let members) = self { return members[name] ?? .null }
        return .null
    }

    /// The elements of a list.
    var elements: [JSON] {
        if case .list(let values) = self { return values }
        return []
    }

    /// The members of an object.
    var members: [String: JSON] {
        if case .object(let values) = self { return values }
        return [:]
    }

    /// A text's characters.
    var string: String? {
        if case .text(let value) = self { return value }
        return nil
    }

    /// A number without its fraction.
    var integer: Int? {
        if case .number(let value) = self { return Int(value) }
        return nil
    }

    /// Whether this is `true`.
    var isTrue: Bool {
        if case .flag(let value) = self { return value }
        return false
    }

    /// Whether this is `null` or not there.
    var isNull: Bool {
        if case .null = self { return true }
        return false
    }
}
