import Bytes
import Files
import Glibc

extension AttachmentStore {
    /// Reads a content into memory and checks it against its name.
    func read(_ digest: Digest) throws -> Octets {
        var target: OctetsBuilder?
        try read(digest) { count in
            target = OctetsBuilder(count: count)
        } _: { piece in
            target?.append(piece)
        }
        return target?.octets ?? Octets([])
    }

    /// Rebuilds a message in memory.
    func rebuild(_ form: StoredForm) throws -> Octets {
        let target = OctetsBuilder(count: form.size)
        try rebuild(form) { target.append($0) }
        return target.octets
    }

    /// Checks all contents of a message against their names, then gives its octets in pieces.
    func give(_ form: StoredForm, to take: (UnsafeRawBufferPointer) throws -> Void) throws {
        for case .reference(let reference) in form.pieces { try read(reference) { _ in } }
        try rebuild(form, take)
    }

    /// Gives a message's octets in pieces; whether a content is right is known only behind its last piece.
    private func rebuild(_ form: StoredForm, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        for piece in form.pieces {
            switch piece {
            case .literal(let octets): try octets.withUnsafeBytes(take)
            case .reference(let reference):
                switch reference.recipe {
                case .verbatim: try read(reference, take)
                case .base64(let lines):
                    var encoder = Base64LineEncoder(lines)
                    try read(reference) { try encoder.encode($0, take) }
                }
            }
        }
    }

    private func read(
        _ reference: StoredForm.Reference, _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try read(reference.digest) { size in
            guard size != reference.contentSize else { return }
            throw AttachmentStoreError.damaged(
                reference.digest, "has \(size) octets, not \(reference.contentSize)")
        } _: { piece in
            try take(piece)
        }
    }

    /// Gives a content's size and then its octets, in pieces of as many as are encoded at once, and at its end throws if
    /// it does not belong to its name.
    ///
    /// Into memory and not mapped: a mapped file with an unreadable sector would kill the process.
    private func read(
        _ digest: Digest, _ begin: (Int) throws -> Void, _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        do {
            let file = try fileSystem.open(path(of: digest), .read)
            defer { file.close() }
            let size = try file.size()
            try begin(size)
            let room = min(size, Base64LineEncoder.pieceLimit)
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(room, 1), alignment: 16)
            defer { memory.deallocate() }
            var builder = Digest.Builder()
            for start in stride(from: 0, to: size, by: max(room, 1)) {
                let part = UnsafeMutableRawBufferPointer(rebasing: memory[..<min(room, size - start)])
                guard try file.read(into: part, at: start) == part.count else {
                    throw FileError(.read, path: file.path, code: EIO)
                }
                builder.update(UnsafeRawBufferPointer(part))
                try take(UnsafeRawBufferPointer(part))
            }
            let found = builder.digest
            guard found == digest else { throw AttachmentStoreError.damaged(digest, "has the content of \(found)") }
        } catch let error as FileError {
            throw error.isMissing ? AttachmentStoreError.missing(digest) : .file(error)
        }
    }
}

/// Memory of a known size that is filled from its beginning.
private final class OctetsBuilder {
    let octets: Octets
    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0

    init(count: Int) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 16)
        nonisolated(unsafe) let owned = memory
        octets = Octets(adopting: UnsafeRawBufferPointer(rebasing: memory[..<count])) { owned.deallocate() }
        self.memory = memory
    }

    func append(_ piece: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: piece)
        count += piece.count
    }
}
