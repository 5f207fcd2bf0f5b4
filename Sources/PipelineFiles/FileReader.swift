package import Files

/// How the check reads: it opens nothing by itself.
package struct FileReader: Sendable {
    /// The names in a directory.
    package let list: @Sendable (String) throws -> [String]
    /// The content of a file.
    package let read: @Sendable (String) throws -> [UInt8]
    /// Whether others than a file's owner may read it.
    package let isExposed: @Sendable (String) throws -> Bool

    /// A reader of these functions.
    package init(
        list: @escaping @Sendable (String) throws -> [String], read: @escaping @Sendable (String) throws -> [UInt8],
        isExposed: @escaping @Sendable (String) throws -> Bool = { _ in false }
    ) {
        self.list = list
        self.read = read
        self.isExposed = isExposed
    }

    /// A reader that sees, in one directory, these files and no others; what lies elsewhere it sees as before.
    package func showing(_ files: [String: [UInt8]], in directory: String) -> FileReader {
        let paths = Dictionary(uniqueKeysWithValues: files.map { (path(directory, $0.key), $0.value) })
        return FileReader(
            list: { [list] asked in asked == directory ? files.keys.sorted() : try list(asked) },
            read: { [read] asked in
                if let bytes = paths[asked] { return bytes }
                return try read(asked)
            },
            isExposed: isExposed)
    }

    /// A reader of a file system, which blocks while it reads.
    ///
    /// Of a file that is larger than the check accepts, only as much is read as shows that.
    package init(_ fileSystem: any FileSystem) {
        list = { try fileSystem.list($0) }
        isExposed = { try fileSystem.isReadableByOthers($0) }
        read = { path in
            let file = try fileSystem.open(path, .read)
            defer { file.close() }
            return try file.read(0..<min(try file.size(), YAMLReader.sizeLimit + 1))
        }
    }
}
