import Bytes
import Files

/// The text of a repository, by path, as the rules of the architecture read it.
struct SourceTree {
    /// The names at the top level, sorted.
    var topLevel: [String]
    /// The text of each Swift file under Sources, Plugins and Tests, by its path from the top level.
    var files: [String: String]

    /// A small tree for a test; the top level is what the real one should be.
    init(_ files: [String: String], topLevel: [String] = RepositoryShape.topLevel.sorted()) {
        self.topLevel = topLevel
        self.files = files
    }

    /// Reads the repository at `root`.
    init(readingFrom root: String) throws {
        let disk = LocalFileSystem()
        topLevel = try disk.list(root)
        files = [:]
        for folder in ["Sources", "Plugins", "Tests"] where topLevel.contains(folder) {
            try read(folder, under: root, from: disk)
        }
    }

    /// The names of the folders directly under `folder`, sorted.
    func folders(in folder: String) -> [String] {
        let names = files.keys.compactMap { path -> String? in
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count > 2 && parts[0] == folder ? String(parts[1]) : nil
        }
        return Set(names).sorted()
    }

    private mutating func read(_ path: String, under root: String, from disk: LocalFileSystem) throws {
        for name in try disk.list("\(root)/\(path)") where !name.hasPrefix(".") {
            let inner = "\(path)/\(name)"
            if name.hasSuffix(".swift") {
                files[inner] = try text(of: "\(root)/\(inner)", on: disk)
            } else if isDirectory("\(root)/\(inner)", on: disk) {
                try read(inner, under: root, from: disk)
            }
        }
    }

    private func text(of path: String, on disk: LocalFileSystem) throws -> String {
        let file = try disk.open(path, .read)
        defer { file.close() }
        return String(decoding: try file.read(0..<file.size()), as: UTF8.self)
    }

    private func isDirectory(_ path: String, on disk: LocalFileSystem) -> Bool {
        do {
            _ = try disk.list(path)
            return true
        } catch {
            return false  // What cannot be listed is a file, and only Swift files matter here.
        }
    }
}
