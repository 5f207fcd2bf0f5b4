/// Something wrong with a setting.
public struct SettingProblem: Sendable, Hashable {
    /// What kind of problem it is; the check has a stable code for each.
    public enum Kind: String, Sendable {
        /// A key that nobody takes.
        case unknownKey
        /// A setting that must be there and is not.
        case missing
        /// A setting of the wrong type or form.
        case wrongType
        /// A number or size without its unit, or with one that does not exist.
        case wrongUnit
        /// A setting that is well-formed but makes no sense.
        case invalid
    }

    /// The kind.
    public let kind: Kind
    /// The place.
    public let location: SourceLocation
    /// What is wrong and what would be right, in lower case and without a period.
    public let text: String
    /// A key or word that was probably meant.
    public let suggestion: String?

    /// A problem of these parts.
    public init(_ kind: Kind, at location: SourceLocation, _ text: String, suggestion: String? = nil) {
        self.kind = kind
        self.location = location
        self.text = text
        self.suggestion = suggestion
    }
}

/// Thrown by a component whose settings make no sense together.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what would be right: `is empty; list at least one extension, such as exe`.
    public let text: String
    /// The setting it is about, such as `limits.message`; `nil` for all of them.
    public let setting: String?

    /// An error about a setting.
    public init(_ text: String, at setting: String? = nil) {
        self.text = text
        self.setting = setting
    }

    /// Setting and text.
    public var description: String { setting.map { "\($0) \(text)" } ?? text }
}
