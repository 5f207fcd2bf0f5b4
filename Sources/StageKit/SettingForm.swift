/// The form of a setting, for schemas and examples.
public indirect enum SettingForm: Sendable, Hashable {
    /// A text.
    case text
    /// A whole number.
    case integer
    /// A number.
    case number
    /// True or false.
    case boolean
    /// A duration with its unit.
    case duration
    /// A size with its unit.
    case size
    /// A text that is never shown.
    case secret
    /// One of some words.
    case choice([String])
    /// A list.
    case list(SettingForm)
    /// A group of settings.
    case group
    /// A list of groups.
    case groups
    /// A text of a form of its own, with an example.
    case word(example: String)
    /// Anything; the check knows more.
    case any

    /// A value of the form, as a file would have it.
    public var example: String {
        switch self {
        case .text: "text"
        case .integer, .number: "1"
        case .boolean: "true"
        case .duration: "30s"
        case .size: "25MB"
        case .secret: "${env:NAME}"
        case .choice(let words): words.first ?? "text"
        case .list(let element): "[\(element.example)]"
        case .group: "{}"
        case .groups: "[]"
        case .word(let example): example
        case .any: "text"
        }
    }
}

extension SettingValue {
    /// Anything, for types that say no more.
    public static var settingForm: SettingForm { .any }
}

extension String {
    /// A text.
    public static var settingForm: SettingForm { .text }
}

extension Bool {
    /// True or false.
    public static var settingForm: SettingForm { .boolean }
}

extension Int {
    /// A whole number.
    public static var settingForm: SettingForm { .integer }
}

extension Double {
    /// A number.
    public static var settingForm: SettingForm { .number }
}

extension Duration {
    /// A duration.
    public static var settingForm: SettingForm { .duration }
}

extension Secret {
    /// A secret.
    public static var settingForm: SettingForm { .secret }
}

extension Array where Element: SettingValue {
    /// A list.
    public static var settingForm: SettingForm { .list(Element.settingForm) }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    /// One of the words.
    public static var settingForm: SettingForm { .choice(allCases.map(\.rawValue)) }
}
