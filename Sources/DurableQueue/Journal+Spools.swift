import Files
import StageKit

extension Journal {
    /// Makes the names of all files durable, so that records may refer to those that hold content.
    func synchronizeNames() -> FileError? {
        do throws(FileError) {
            try fileSystem.synchronizeDirectory(directory)
            return nil
        } catch {
            return error
        }
    }

    /// Removes the content of finished messages, once it is durable that they are finished.
    ///
    /// After a failure that is so when a new segment has begun, whose checkpoint says what counts.
    func releaseSpools() {
        guard !unneededSpools.isEmpty, current != nil, !hasUnsynced else { return }
        for id in unneededSpools { discard(path(.spool(id))) }
        unneededSpools = []
    }
}
