/// The rules about files: what stands at the top level, and how long a file may be.
enum RepositoryShape {
    /// All that may stand at the top level beside dot-files.
    static let topLevel: Set<String> = ["Package.swift", "Plugins", "README.md", "Sources", "Tests", "pipelines"]

    /// What the package manager writes there and git ignores.
    static let generated: Set<String> = ["Package.resolved"]

    /// Longer files are not read by anyone; STYLE asks for 60 to 200 lines.
    static let longestFile = 400

    /// What breaks these rules in a tree.
    static func findings(in tree: SourceTree) -> [Finding] {
        let names = Set(tree.topLevel.filter { !$0.hasPrefix(".") })
        let strangers = names.subtracting(topLevel).subtracting(generated).sorted().map {
            Finding(
                path: $0, problem: "does not belong at the top level; move it into Sources, Tests, Plugins or pipelines"
            )
        }
        let missing = topLevel.subtracting(names).sorted().map {
            Finding(path: $0, problem: "is missing at the top level")
        }
        let long = tree.files.sorted { $0.key < $1.key }.compactMap { path, text -> Finding? in
            let count = lineCount(of: text)
            guard count > longestFile else { return nil }
            return Finding(path: path, problem: "has \(count) lines; split it, \(longestFile) are the most")
        }
        return strangers + missing + long
    }

    /// Lines as an editor counts them: the line feed at the end of the file starts no new one.
    static func lineCount(of text: String) -> Int {
        let feeds = text.utf8.count { $0 == UInt8(ascii: "\n") }
        return text.isEmpty || text.utf8.last == UInt8(ascii: "\n") ? feeds : feeds + 1
    }
}
