package import StageKit

extension DurableQueue {
    /// Begins to take in the content of a message that is too large to be kept in memory.
    ///
    /// Nothing touches the disk before the first piece.
    package func makeSpool(for id: MessageID) -> Spool {
        Spool(
            id,
            work: SpoolWork(for: id, in: reader.directory, fileSystem: reader.fileSystem, monitor: monitor),
            threads: spoolThreads)
    }
}
