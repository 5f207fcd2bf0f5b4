/// One `import` of a Swift file, taken apart.
struct ImportLine: Equatable {
    /// The module, without the declaration or submodule that may follow it.
    var module: String
    /// Where it stands, from 1.
    var line: Int

    private static let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
    ]

    /// All imports of a file, in order; what only looks like one inside a comment or a longer text is left out.
    static func all(in text: String) -> [ImportLine] {
        var found: [ImportLine] = []
        var commentDepth = 0
        var isInString = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if commentDepth == 0, !isInString, let read = ImportLine(line, number: index + 1) { found.append(read) }
            if line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count.isMultiple(of: 2) {
                isInString.toggle()
            }
            if !isInString { commentDepth = max(0, commentDepth + Self.commentBalance(of: line)) }
        }
        return found
    }

    /// Reads one line, or nil if it is not an import.
    private init?(_ text: Substring, number: Int) {
        let code = text.prefix(upTo: text.firstRange(of: "//")?.lowerBound ?? text.endIndex)
        let words = code.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ";" })
        guard let keyword = words.firstIndex(of: "import"), words.count > keyword + 1 else { return nil }
        let accessLevels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        guard words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) }) else { return nil }
        var rest = words[(keyword + 1)...]
        if let first = rest.first, Self.kinds.contains(first) { rest.removeFirst() }
        guard let name = rest.first?.split(separator: ".").first else { return nil }
        module = String(name)
        line = number
    }

    private static func commentBalance(of line: Substring) -> Int {
        guard !line.contains("//") else { return 0 }
        return line.split(separator: "/*", omittingEmptySubsequences: false).count
            - line.split(separator: "*/", omittingEmptySubsequences: false).count
    }
}
