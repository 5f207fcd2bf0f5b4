import Files
import Synchronization

extension AttachmentStore {
    /// Removes the contents that nobody refers to; returns what went.
    ///
    /// What is stored from now on is kept, whoever refers to it. `referred` is asked for everything else that is needed
    /// once that holds, so it must not return before each message that was being stored earlier can be found in
    /// what it reads. A crash leaves contents that the next collection removes, and removes nothing else.
    ///
    /// - Throws: ``AttachmentStoreError/collecting`` while another collection runs, what `referred` throws, and what
    ///   the disk says; contents that went before that are gone.
    package func collect(
        keeping referred: () async throws -> Set<Digest>
    ) async throws -> AttachmentStatistics {
        let isFirst = pins.withLock { pins in
            guard pins == nil else { return false }
            pins = []
            return true
        }
        guard isFirst else { throw AttachmentStoreError.collecting }
        defer { pins.withLock { $0 = nil } }
        let kept = try await referred()
        return try await readers.run { [self] in try sweep(keeping: kept) }
    }

    /// Keeps a content that is about to be referred to, if a collection runs.
    ///
    /// Before it is looked for: either the collection sees the pin, or whoever looks sees that the content is gone.
    func pin(_ digest: Digest) {
        pins.withLock { _ = $0?.insert(digest) }
    }

    private func sweep(keeping kept: Set<Digest>) throws(FileError) -> AttachmentStatistics {
        var removed = AttachmentStatistics()
        for leaf in leaves where try fileSystem.exists(leaf) {
            for name in try fileSystem.list(leaf) {
                guard let digest = Digest(name), !kept.contains(digest) else { continue }
                try pins.withLock { (pins) throws(FileError) in
                    guard pins?.contains(digest) == false else { return }
                    let size = try size(ofFile: leaf + "/" + name)
                    known.withLock { _ = $0.remove(digest) }
                    try fileSystem.remove(leaf + "/" + name)
                    removed.contents += 1
                    removed.octets += size
                }
            }
        }
        return removed
    }

    private func size(ofFile path: String) throws(FileError) -> Int {
        let file = try fileSystem.open(path, .read)
        defer { file.close() }
        return try file.size()
    }
}
