import Bytes
import Files
import Glibc
import Synchronization

extension AttachmentStore {
    /// How many contents are remembered as durable: 6 MB of digests, the attachments of several hours.
    private static let knownLimit = 65_536

    /// Whether this process has seen the content to be durable.
    func isKnown(_ digest: Digest) -> Bool {
        known.withLock { $0.contains(digest) }
    }

    /// Remembers contents as durable.
    func remember(_ digests: [Digest]) {
        known.withLock { known in
            if known.count + digests.count > Self.knownLimit { known.removeAll() }
            known.formUnion(digests)
        }
    }

    /// Whether the content is in its place with the right size.
    ///
    /// A file of another size is damage (only whole files are moved there), which writing the content again mends.
    func has(_ digest: Digest, size: Int) throws(FileError) -> Bool {
        let path = path(of: digest)
        guard try fileSystem.exists(path) else { return false }
        let file = try fileSystem.open(path, .read)
        defer { file.close() }
        return try file.size() == size
    }

    /// Gives a content in pieces to whoever takes them.
    typealias Giver = ((UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) -> Void

    /// Writes a content under a temporary name; it is not durable yet.
    func write(_ give: Giver) throws(FileError) -> any File {
        let file = try fileSystem.open(temporaryNames.next(), .create)
        do throws(FileError) {
            var offset = 0
            try give { piece throws(FileError) in
                if !piece.isEmpty { try file.write(piece, at: offset) }
                offset += piece.count
            }
            return file
        } catch {
            discard(file)
            throw error
        }
    }

    /// Makes a written content durable and moves it to its place.
    func place(_ file: any File, as digest: Digest) throws(FileError) {
        do throws(FileError) {
            try file.synchronize()
            file.close()
            try fileSystem.rename(file.path, to: path(of: digest))
        } catch {
            discard(file)
            throw error
        }
    }

    private func discard(_ file: any File) {
        file.close()
        do throws(FileError) {
            try fileSystem.remove(file.path)
        } catch {
            // The error that led here is the one to report, and the next start removes the file.
        }
    }
}
