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

    /// Writes a content under a temporary name; it is not durable yet.
    func write(_ content: UnsafeRawBufferPointer) throws(FileError) -> any File {
        let file = try fileSystem.open(temporaryNames.next(), .create)
        do throws(FileError) {
            if !content.isEmpty { try file.write(content, at: 0) }
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

    /// Reads a content and checks it against its name.
    func read(_ digest: Digest) throws(AttachmentStoreError) -> Octets {
        let octets = try load(digest)
        let found = octets.withUnsafeBytes { Digest(of: $0) }
        guard found == digest else { throw .damaged(digest, "has the content of \(found)") }
        return octets
    }

    /// Reads a file into memory: a mapped file with an unreadable sector would kill the process.
    private func load(_ digest: Digest) throws(AttachmentStoreError) -> Octets {
        do throws(FileError) {
            let file = try fileSystem.open(path(of: digest), .read)
            defer { file.close() }
            let size = try file.size()
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 16)
            nonisolated(unsafe) let owned = memory
            let octets = Octets(adopting: UnsafeRawBufferPointer(rebasing: memory[..<size])) { owned.deallocate() }
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<size]), at: 0)
            guard count == size else { throw FileError(.read, path: file.path, code: EIO) }
            return octets
        } catch {
            throw error.isMissing ? .missing(digest) : .file(error)
        }
    }

    /// Rebuilds a message.
    func rebuild(_ form: StoredForm) throws(AttachmentStoreError) -> Octets {
        let size = form.size
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 16)
        nonisolated(unsafe) let owned = memory
        let octets = Octets(adopting: UnsafeRawBufferPointer(rebasing: memory[..<size])) { owned.deallocate() }
        var position = 0
        for piece in form.pieces {
            switch piece {
            case .literal(let literal):
                UnsafeMutableRawBufferPointer(rebasing: memory[position...]).copyBytes(from: literal)
                position += literal.count
            case .reference(let reference):
                let end = position + reference.size
                try rebuild(reference, to: UnsafeMutableRawBufferPointer(rebasing: memory[position..<end]))
                position = end
            }
        }
        return octets
    }

    private func rebuild(
        _ reference: StoredForm.Reference, to target: UnsafeMutableRawBufferPointer
    ) throws(AttachmentStoreError) {
        let content = try read(reference.digest)
        guard content.count == reference.contentSize else {
            throw .damaged(reference.digest, "has \(content.count) octets, not \(reference.contentSize)")
        }
        content.withUnsafeBytes { bytes in
            switch reference.recipe {
            case .verbatim: target.copyMemory(from: bytes)
            case .base64(let lines): lines.encode(bytes, to: target)
            }
        }
    }
}
