/// A piece of a pipeline file: what a setting is read from.
public struct SettingNode: Sendable, Hashable {
    /// What stands there.
    public indirect enum Content: Sendable, Hashable {
        /// Nothing, or `null`.
        case empty
        /// A word, number or text; `isQuoted` if it stands in quotes and so is surely a text.
        case scalar(String, isQuoted: Bool)
        /// Several pieces.
        case list([SettingNode])
        /// Keys and their pieces, in the file's order.
        case map([Entry])
    }

    /// A key and its piece.
    public struct Entry: Sendable, Hashable {
        /// The key.
        public let key: String
        /// Where the key stands.
        public let location: SourceLocation
        /// What it has.
        public let value: SettingNode

        /// A key at a place, with a piece.
        public init(key: String, location: SourceLocation, value: SettingNode) {
            self.key = key
            self.location = location
            self.value = value
        }
    }

    /// What stands there.
    public let content: Content
    /// Where it stands.
    public let location: SourceLocation
    /// What the file says, where that is a reference such as `${env:PORT}` and not the content itself.
    public let written: String?

    /// A piece at a place.
    public init(_ content: Content, at location: SourceLocation, written: String? = nil) {
        self.content = content
        self.location = location
        self.written = written
    }

    /// What it looks like in an error: `a list`, `"text"`; never what a reference stands for, which may be secret.
    public var shown: String {
        if let written { return "what \(written) stands for" }
        return switch content {
        case .empty: "nothing"
        case .scalar(let text, _): "\"\(text)\""
        case .list: "a list"
        case .map: "a group of settings"
        }
    }
}
