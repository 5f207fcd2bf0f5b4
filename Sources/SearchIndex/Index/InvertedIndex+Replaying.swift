import Files
import Synchronization

extension InvertedIndex {
    /// Takes back, durably, the promise to hold the mails from a sequence on, until ``endReplay()``.
    ///
    /// The caller then removes what is damaged and gives those mails again; after a crash in between, opening the index asks for them.
    package func beginReplay(from sequence: UInt64) throws {
        writer.withLock { $0.replayedFrom = min($0.replayedFrom ?? .max, sequence) }
        try takeBack(to: sequence)
    }

    /// Promises what is held again, after all mails were given again.
    package func endReplay() throws {
        writer.withLock { $0.replayedFrom = nil }
        try flush()
    }

    /// Takes a damaged segment out of the index, durably; its file is moved to ``strangersDirectory``.
    ///
    /// Nobody finds its mails until they are given again, so this comes between ``beginReplay(from:)`` and ``endReplay()``.
    /// - Returns: Whether the index had such a segment.
    @discardableResult
    package func discard(segment file: String) throws -> Bool {
        // A merge that reads the segment would bring it back, so it has to be over.
        try merging.withLock { _ throws(IndexError) in
            try commits.withLock { commit throws(IndexError) in
                guard !commit.isClosed else { throw .closed }
                guard let run = snapshot().runs.first(where: { $0.segment.file == file }) else { return false }
                let covers = writer.withLock { state in
                    // What the numbers of users were is not known any more.
                    state.highestNumbers.removeAll()
                    return state.coversThrough
                }
                try commit.manifest.append(.edit(removed: [run.segment.id], added: [], coversThrough: covers))
                published.withLock { $0.runs.removeAll { $0.segment === run.segment } }
                try onDisk { () throws(FileError) in
                    let aside = directory + "/" + Self.strangersDirectory
                    try fileSystem.createDirectory(aside)
                    try fileSystem.rename(directory + "/" + file, to: aside + "/" + file)
                    try fileSystem.synchronizeDirectory(directory)
                }
                return true
            }
        }
    }
}
