package import Bytes

extension FileSystem {
    /// Puts ranges of octets, one behind the other, into a file and maps it, so that large ones take no memory.
    ///
    /// The file has no name for longer than an instant: it goes with the last who reads it, whatever happens.
    package func join(_ ranges: [Range<Int>], of octets: Octets, at path: String) throws(FileError) -> Octets {
        let file = try open(path, .create)
        defer { file.close() }
        try remove(path)
        var end = 0
        for range in ranges {
            try octets.withUnsafeBytes(in: range) { (bytes) throws(FileError) in try file.write(bytes, at: end) }
            end += range.count
        }
        return try file.map()
    }
}
