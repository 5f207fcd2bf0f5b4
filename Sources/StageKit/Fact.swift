/// A named, typed piece of knowledge about a message, such as `spf.result: string`.
///
/// Stages declare the facts they provide and read; conditions in pipeline files are checked against them.
public struct Fact<Value: FactRepresentable>: Sendable {
    /// The name in conditions: words of `a-z`, digits and hyphens, joined by dots.
    public let name: String
    /// One sentence about it, for the reference.
    public let summary: String

    /// A fact of a name.
    public init(_ name: String, _ summary: String) {
        self.name = name
        self.summary = summary
    }

    /// The fact without its Swift type, for manifests.
    public var declaration: FactDeclaration {
        FactDeclaration(name: name, type: Value.factType, summary: summary)
    }
}

/// A fact as a manifest declares it.
public struct FactDeclaration: Sendable, Hashable {
    /// The name in conditions.
    public let name: String
    /// The type of its values.
    public let type: FactType
    /// One sentence about it.
    public let summary: String

    /// A declaration of these parts.
    public init(name: String, type: FactType, summary: String) {
        self.name = name
        self.type = type
        self.summary = summary
    }
}

/// What is known about a message or one of its recipients.
public struct Facts: Sendable, Hashable {
    /// All values by their names.
    public private(set) var values: [String: FactValue]

    /// Nothing known yet.
    public init() {
        values = [:]
    }

    /// These values.
    public init(values: [String: FactValue]) {
        self.values = values
    }

    /// The value of a fact; `nil` while nobody has provided it.
    public subscript<Value>(fact: Fact<Value>) -> Value? {
        get { values[fact.name].flatMap { Value.value(in: $0) } }
        set { values[fact.name] = newValue?.factValue }
    }

    /// The value of a name; `nil` while nobody has provided it.
    public subscript(name: String) -> FactValue? {
        get { values[name] }
        set { values[name] = newValue }
    }
}
