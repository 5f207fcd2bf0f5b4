import StageKit

/// Settings made from what a component declares.
enum SampleSettings {
    private static let location = SourceLocation(file: "sample.yaml", line: 1, column: 1)

    /// A group with an example of each setting.
    static func node(for declarations: [SettingDeclaration]) -> SettingNode {
        SettingNode(.map(declarations.map { entry($0.name, example(of: $0)) }), at: location)
    }

    /// A group with one key.
    static func node(withUnknownKey key: String) -> SettingNode {
        SettingNode(.map([entry(key, SettingNode(.empty, at: location))]), at: location)
    }

    private static func entry(_ key: String, _ value: SettingNode) -> SettingNode.Entry {
        SettingNode.Entry(key: key, location: location, value: value)
    }

    private static func example(of declaration: SettingDeclaration) -> SettingNode {
        if !declaration.members.isEmpty {
            let group = node(for: declaration.members.filter(\.isRequired))
            return declaration.form == .groups ? SettingNode(.list([group]), at: location) : group
        }
        let text = declaration.form.example
        guard text.hasPrefix("["), text.hasSuffix("]") else {
            return SettingNode(.scalar(text, isQuoted: false), at: location)
        }
        let elements = text.dropFirst().dropLast().split(separator: ",").map { element in
            SettingNode(.scalar(String(element.drop { $0 == " " }), isQuoted: false), at: location)
        }
        return SettingNode(.list(elements), at: location)
    }
}
