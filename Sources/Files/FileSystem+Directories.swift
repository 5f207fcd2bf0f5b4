extension FileSystem {
    /// Makes a directory and those above it, and their names durable; fine if it exists.
    package func createDurably(_ directory: String) throws(FileError) {
        var missing: [String] = []
        var path = Substring(directory)
        while !path.isEmpty {
            if try exists(String(path)) { break }
            missing.append(String(path))
            path = path.lastIndex(of: "/").map { path[..<$0] } ?? ""
        }
        try createDirectory(directory)
        for made in missing.reversed() {
            let slash = made.lastIndex(of: "/")
            try synchronizeDirectory(slash.map { $0 == made.startIndex ? "/" : String(made[..<$0]) } ?? ".")
        }
    }
}
