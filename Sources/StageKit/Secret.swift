/// A setting that is never printed, such as a password; write it as `${env:NAME}` or `${file:PATH}`.
public struct Secret: Sendable, Hashable {
    /// The secret itself; take care where it goes.
    public let exposed: String

    /// A secret.
    public init(_ exposed: String) {
        self.exposed = exposed
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Not the secret.
    public var description: String { "(secret)" }
    /// Not the secret.
    public var debugDescription: String { description }
    /// Not the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: SettingValue {
    /// The type in words.
    public static var settingType: String { "a secret, best written as ${env:NAME} or ${file:PATH}" }
    /// No secret.
    public static var placeholder: Secret { Secret("") }
    /// Reads a text, and never shows it.
    public static func read(_ node: SettingNode) -> Result<Secret, SettingFailure> {
        guard case .scalar(let text, _) = node.content else {
            return .failure(SettingFailure(.wrongType, "must be \(settingType)"))
        }
        return .success(Secret(text))
    }
    /// Not the secret.
    public var settingText: String { description }
}
