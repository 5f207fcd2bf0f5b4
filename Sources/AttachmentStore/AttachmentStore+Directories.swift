import Files
import Synchronization

extension AttachmentStore {
    private static let digits = Array("0123456789abcdef")

    /// All directories that hold contents: 256, so that a million contents are four thousand names in each.
    var leaves: [String] {
        Self.digits.flatMap { first in Self.digits.map { "\(directory)/\(first)/\($0)" } }
    }

    /// Makes the directories, durably, and removes what a crash has left in `incoming`.
    ///
    /// For the process that writes, before anything is stored; done once. Blocks.
    package func prepare() throws {
        try isPrepared.withLock { isPrepared in
            // What lies in `incoming` later is being written.
            if !isPrepared { try makeDirectories() }
            isPrepared = true
        }
    }

    private func makeDirectories() throws(FileError) {
        for path in leaves + [temporaryNames.directory] { try fileSystem.createDirectory(path) }
        for digit in Self.digits { try fileSystem.synchronizeDirectory("\(directory)/\(digit)") }
        try fileSystem.synchronizeDirectory(directory)
        if let parent = directory.lastIndex(of: "/") {
            try fileSystem.synchronizeDirectory(parent == directory.startIndex ? "/" : String(directory[..<parent]))
        }
        for name in try fileSystem.list(temporaryNames.directory) {
            try fileSystem.remove(temporaryNames.directory + "/" + name)
        }
    }

    /// Counts files and octets.
    func count() throws -> AttachmentStatistics {
        var statistics = AttachmentStatistics()
        for leaf in leaves where try fileSystem.exists(leaf) {
            for name in try fileSystem.list(leaf) where Digest(name) != nil {
                let file = try fileSystem.open(leaf + "/" + name, .read)
                defer { file.close() }
                statistics.contents += 1
                statistics.octets += try file.size()
            }
        }
        return statistics
    }
}
