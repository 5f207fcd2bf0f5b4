/// A Swift type that a setting may have.
public protocol SettingValue: Sendable {
    /// The type in words, such as `a duration such as 30s`.
    static var settingType: String { get }
    /// The form, for schemas; ``SettingForm/any`` if the type says nothing.
    static var settingForm: SettingForm { get }
    /// A value to go on with after a problem; never used in a running pipeline.
    static var placeholder: Self { get }
    /// Reads a piece of a pipeline file.
    static func read(_ node: SettingNode) -> Result<Self, SettingFailure>
    /// The value as it would be written.
    var settingText: String { get }
}

/// Why a piece of a pipeline file is not the value it should be.
public struct SettingFailure: Error, Sendable {
    /// The kind of problem.
    public let kind: SettingProblem.Kind
    /// What would be right and what stands there: `must be a size such as 25MB, not "25"`.
    public let text: String
    /// The place, if it lies within the piece.
    public let location: SourceLocation?
    /// What was probably meant.
    public let suggestion: String?
    /// The failures of further elements, where the piece is a list.
    public let others: [SettingFailure]

    /// A failure of these parts.
    public init(
        _ kind: SettingProblem.Kind, _ text: String, at location: SourceLocation? = nil, suggestion: String? = nil,
        others: [SettingFailure] = []
    ) {
        self.kind = kind
        self.text = text
        self.location = location
        self.suggestion = suggestion
        self.others = others
    }

    /// The failure of a piece that is not of the type.
    public static func expected(_ type: String, _ node: SettingNode) -> SettingFailure {
        SettingFailure(.wrongType, "must be \(type), not \(node.shown)")
    }

    /// The same as what a list says of an element at a place.
    fileprivate func ofElement(at place: SourceLocation) -> SettingFailure {
        SettingFailure(kind, "has an element that \(text)", at: location ?? place, suggestion: suggestion)
    }
}

extension String: SettingValue {
    /// The type in words.
    public static var settingType: String { "a text" }
    /// An empty text.
    public static var placeholder: String { "text" }
    /// Reads any scalar.
    public static func read(_ node: SettingNode) -> Result<String, SettingFailure> {
        guard case .scalar(let text, _) = node.content else { return .failure(.expected(settingType, node)) }
        return .success(text)
    }
    /// The text itself.
    public var settingText: String { self }
}

extension Bool: SettingValue {
    /// The type in words.
    public static var settingType: String { "true or false" }
    /// False.
    public static var placeholder: Bool { false }
    /// Reads `true` or `false`.
    public static func read(_ node: SettingNode) -> Result<Bool, SettingFailure> {
        guard case .scalar(let text, isQuoted: false) = node.content, let value = Bool(text) else {
            return .failure(.expected(settingType, node))
        }
        return .success(value)
    }
    /// `true` or `false`.
    public var settingText: String { String(self) }
}

extension Int: SettingValue {
    /// The type in words.
    public static var settingType: String { "a whole number" }
    /// One.
    public static var placeholder: Int { 1 }
    /// Reads decimal digits, with underscores between them if they help.
    public static func read(_ node: SettingNode) -> Result<Int, SettingFailure> {
        guard case .scalar(let text, isQuoted: false) = node.content else {
            return .failure(.expected(settingType, node))
        }
        let digits = text.filter { $0 != "_" }
        if let value = Int(digits) { return .success(value) }
        guard digits.wholeMatch(of: /[+-]?[0-9]+/) != nil else { return .failure(.expected(settingType, node)) }
        return .failure(.expected("a whole number of at most 18 digits", node))
    }
    /// Decimal digits.
    public var settingText: String { String(self) }
}

extension Double: SettingValue {
    /// The type in words.
    public static var settingType: String { "a number" }
    /// One.
    public static var placeholder: Double { 1 }
    /// Reads a decimal number that is finite.
    public static func read(_ node: SettingNode) -> Result<Double, SettingFailure> {
        guard case .scalar(let text, isQuoted: false) = node.content, let value = Double(text), value.isFinite else {
            return .failure(.expected(settingType, node))
        }
        return .success(value)
    }
    /// A decimal number.
    public var settingText: String { String(self) }
}

extension Array: SettingValue where Element: SettingValue {
    /// The type in words.
    public static var settingType: String { "a list, each \(Element.settingType)" }
    /// An empty list.
    public static var placeholder: [Element] { [] }
    /// Reads a list; fails with all its elements that fail, each at its place.
    public static func read(_ node: SettingNode) -> Result<[Element], SettingFailure> {
        guard case .list(let nodes) = node.content else { return .failure(.expected(settingType, node)) }
        var values: [Element] = []
        var failures: [SettingFailure] = []
        for node in nodes {
            switch Element.read(node) {
            case .success(let value): values.append(value)
            case .failure(let first): failures += ([first] + first.others).map { $0.ofElement(at: node.location) }
            }
        }
        guard let first = failures.first else { return .success(values) }
        return .failure(
            SettingFailure(
                first.kind, first.text, at: first.location, suggestion: first.suggestion,
                others: [SettingFailure](failures.dropFirst())))
    }
    /// The list in brackets.
    public var settingText: String { "[\(map(\.settingText).joined(separator: ", "))]" }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// The words that may stand there.
    public static var settingType: String { "one of \(allCases.map(\.rawValue).joined(separator: ", "))" }
    /// The first case.
    public static var placeholder: Self {
        guard let first = allCases.first else { preconditionFailure("a choice without cases cannot be set") }
        return first
    }
    /// Reads one of the words.
    public static func read(_ node: SettingNode) -> Result<Self, SettingFailure> {
        guard case .scalar(let text, _) = node.content else { return .failure(.expected(settingType, node)) }
        guard let value = Self(rawValue: text) else {
            let suggestion = closest(to: text, among: allCases.map(\.rawValue))
            return .failure(
                SettingFailure(.wrongType, "must be \(settingType), not \(node.shown)", suggestion: suggestion))
        }
        return .success(value)
    }
    /// The word.
    public var settingText: String { rawValue }
}
