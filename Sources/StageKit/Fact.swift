/// A named, typed piece of knowledge about a message, such as `spf.result: string`.
///
/// Stages declare the facts they provide and read; conditions in pipeline files are checked against them.
public struct Fact<Value: FactRepresentable>: Sendable {
    /// The name in conditions: words of `a-z`, digits and hyphens, joined by dots.
    public let name: String
    /// One sentence about it, for the reference.
    public let summary: String
    /// The texts that it can be; empty if it can be any, or is no text.
    public let values: [String]
    /// The name's number, so that a value is found without a look at the text.
    @usableFromInline let number: UInt32

    /// A fact of a name.
    public init(_ name: String, _ summary: String) {
        self.init(name, summary, values: [])
    }

    fileprivate init(_ name: String, _ summary: String, values: [String]) {
        self.name = name
        self.summary = summary
        self.values = values
        number = FactNames.number(of: name)
    }

    /// The fact without its Swift type, for manifests.
    public var declaration: FactDeclaration {
        FactDeclaration(name: name, type: Value.factType, summary: summary, values: values)
    }
}

extension Fact<String> {
    /// A fact that is one of a few texts; the check finds conditions that ask for another.
    public init(_ name: String, _ summary: String, oneOf values: [String]) {
        self.init(name, summary, values: values)
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
    /// The texts that it can be; empty if it can be any, or is no text.
    public let values: [String]

    /// A declaration of these parts.
    public init(name: String, type: FactType, summary: String, values: [String] = []) {
        self.name = name
        self.type = type
        self.summary = summary
        self.values = values
    }
}
