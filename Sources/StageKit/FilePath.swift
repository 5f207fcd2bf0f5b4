/// The path of a file that a pipeline file names, relative to the directory of the pipeline file.
public struct FilePath: SettingValue, Hashable {
    /// The path by which the file is opened.
    public let path: String

    /// The path of a file.
    public init(_ path: String) { self.path = path }

    /// The type in words.
    public static var settingType: String { "the path of a file" }
    /// A path such as one in `/etc`.
    public static var settingForm: SettingForm { .word(example: placeholder.path) }
    /// A path that need not exist.
    public static var placeholder: FilePath { FilePath("/etc/ssl/example.pem") }

    /// Reads any scalar that is not empty.
    public static func read(_ node: SettingNode) -> Result<FilePath, SettingFailure> {
        guard case .scalar(let text, _) = node.content, !text.isEmpty else {
            return .failure(.expected(settingType, node))
        }
        let file = node.location.file
        guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return .success(FilePath(text)) }
        return .success(FilePath(file[...slash] + text))
    }

    /// The path.
    public var settingText: String { path }
}
