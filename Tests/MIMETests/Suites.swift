import Glibc

/// The test data of other projects, which stands outside of this one.
enum Suites {
    /// The folder: `SLUICE_SUITES`, or `../shared/suites` beside the package.
    static let root: String = {
        if let path = getenv("SLUICE_SUITES") { return String(cString: path) }
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/../shared/suites"
    }()

    /// Whether the data is there.
    static func exists(_ path: String) -> Bool { access("\(root)/\(path)", R_OK) == 0 }

    /// The files in a folder and its folders, by their paths, sorted.
    static func files(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var result: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let child = "\(path)/\(name)"
            if entry.pointee.d_type == UInt8(DT_DIR) {
                result += files(in: child)
            } else {
                result.append(child)
            }
        }
        return result.sorted()
    }

    /// A file's octets; none if it cannot be read.
    static func octets(of path: String) -> [UInt8] {
        guard let file = fopen(path, "rb") else { return [] }
        defer { fclose(file) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return result }
            result.append(contentsOf: chunk[..<count])
        }
    }

    /// The project's own messages.
    static let fixtures: [String] = {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        return files(in: "/\(folder)/Fixtures").filter { $0.hasSuffix(".eml") }
    }()
}
