import Bytes
import Files
import Glibc
import Synchronization

/// The work of storing some messages: contents first, then each directory that got one, once.
struct AttachmentBatch {
    private let store: AttachmentStore
    /// Contents that are in their place, in directories that are not durable yet.
    private var placed: Set<Digest> = []
    /// Contents that are written, but neither durable nor in their place.
    private var written: [Digest: any File] = [:]
    /// The same in the order of the messages.
    private var order: [Digest] = []
    /// Contents that could not be made durable, and why.
    private var failures: [Digest: AttachmentStoreError] = [:]

    /// How many files are open at most: few beside the 1,024 that a process may have by default.
    private static let openFileLimit = 64

    init(store: AttachmentStore) {
        self.store = store
    }

    /// Stores the attachments of the messages.
    mutating func store(
        _ messages: [(octets: Octets, attachments: [AttachmentRange])]
    ) -> [Result<AttachmentStore.Stored, AttachmentStoreError>] {
        var results: [Result<AttachmentStore.Stored, AttachmentStoreError>] = []
        for message in messages {
            do throws(AttachmentStoreError) {
                let form = try split(message.octets, at: message.attachments)
                results.append(.success((form, form.digests)))
            } catch {
                results.append(.failure(error))
            }
        }
        placeWritten()
        synchronizeDirectories()
        return results.map { [failures] result in
            guard case .success(let stored) = result,
                let failure = stored.digests.lazy.compactMap({ failures[$0] }).first
            else { return result }
            return .failure(failure)
        }
    }

    /// Makes the written contents durable, many at once, and moves each to its place.
    private mutating func placeWritten() {
        let files = order.compactMap { digest in written[digest].map { (digest, $0) } }
        let found = Mutex<[Digest: AttachmentStoreError]>([:])
        store.syncers.perform(files.count) { [store] index in
            let (digest, file) = files[index]
            do throws(FileError) {
                try store.place(file, as: digest)
            } catch {
                found.withLock { $0[digest] = .file(error) }
            }
        }
        failures.merge(found.withLock { $0 }) { $1 }
        for digest in written.keys where failures[digest] == nil { placed.insert(digest) }
        written = [:]
        order = []
    }

    /// Makes the names of new contents durable, each directory once.
    private mutating func synchronizeDirectories() {
        let directories = Dictionary(grouping: placed) { [store] in store.directory(of: $0) }
            .sorted { $0.key < $1.key }
        let found = Mutex<[Digest: AttachmentStoreError]>([:])
        store.syncers.perform(directories.count) { [store] index in
            let (directory, digests) = directories[index]
            do throws(FileError) {
                try store.fileSystem.synchronizeDirectory(directory)
                store.remember(digests)
            } catch {
                found.withLock { found in for digest in digests { found[digest] = .file(error) } }
            }
        }
        failures.merge(found.withLock { $0 }) { $1 }
        placed = []
    }

    /// Takes a message apart.
    private mutating func split(
        _ octets: Octets, at attachments: [AttachmentRange]
    ) throws(AttachmentStoreError) -> StoredForm {
        guard octets.count <= StoredForm.largestMessage else {
            throw .wrongRange(0..<octets.count, messageSize: StoredForm.largestMessage)
        }
        var pieces: [StoredForm.Piece] = []
        var position = 0
        for attachment in attachments {
            guard attachment.body.lowerBound >= position, attachment.body.upperBound <= octets.count else {
                throw .wrongRange(attachment.body, messageSize: octets.count)
            }
            let (range, reference) = try octets.withUnsafeBytes { message throws(AttachmentStoreError) in
                try place(attachment, of: message)
            }
            if position < range.lowerBound { pieces.append(.literal(octets.array(position..<range.lowerBound))) }
            pieces.append(.reference(reference))
            position = range.upperBound
        }
        if position < octets.count { pieces.append(.literal(octets.array(position..<octets.count))) }
        return StoredForm(pieces: pieces)
    }

    /// Puts one attachment into the store; returns which octets of the message it stands for.
    private mutating func place(
        _ attachment: AttachmentRange, of message: UnsafeRawBufferPointer
    ) throws(AttachmentStoreError) -> (Range<Int>, StoredForm.Reference) {
        if attachment.encoding == .base64 {
            let range = digits(in: attachment.body, of: message)
            let encoded = UnsafeRawBufferPointer(rebasing: message[range])
            let lines = Base64Lines(guessedFrom: encoded)
            if !range.isEmpty, let found = Decoded(encoded, lines) {
                try write(found.digest, size: found.size) { take throws(FileError) in
                    try found.give(to: take)
                }
                return (range, .init(digest: found.digest, contentSize: found.size, recipe: .base64(lines)))
            }
        }
        let octets = UnsafeRawBufferPointer(rebasing: message[attachment.body])
        let digest = Digest(of: octets)
        try write(digest, size: octets.count) { take throws(FileError) in try take(octets) }
        return (attachment.body, .init(digest: digest, contentSize: octets.count, recipe: .verbatim))
    }

    /// A body without the blank lines before and after its digits, which stay in the message.
    private func digits(in body: Range<Int>, of message: UnsafeRawBufferPointer) -> Range<Int> {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x0A || octet == 0x0D || octet == 0x20 || octet == 0x09 }
        guard let first = body.first(where: { !isBlank(message[$0]) }),
            let last = body.last(where: { !isBlank(message[$0]) })
        else { return body.lowerBound..<body.lowerBound }
        return first..<last + 1
    }

    /// Writes a content that is given in pieces, unless it is there.
    private mutating func write(
        _ digest: Digest, size: Int, _ give: AttachmentStore.Giver
    ) throws(AttachmentStoreError) {
        store.pin(digest)
        if written[digest] != nil || placed.contains(digest) || store.isKnown(digest) { return }
        if let failure = failures[digest] { throw failure }
        do throws(FileError) {
            if try store.has(digest, size: size) {
                // Its name may not be durable: whoever put it there may have been killed before.
                placed.insert(digest)
            } else {
                written[digest] = try store.write(give)
                order.append(digest)
            }
        } catch {
            throw .file(error)
        }
        if written.count >= Self.openFileLimit { placeWritten() }
    }
}

/// An attachment in base64 that was looked through: what its content is called, without keeping it if it is large.
private struct Decoded {
    let encoded: UnsafeRawBufferPointer
    let lines: Base64Lines
    let digest: Digest
    let size: Int
    /// The content, if it came in one piece.
    private let whole: [UInt8]?

    /// Fails where encoding the content again would not give exactly these octets.
    init?(_ encoded: UnsafeRawBufferPointer, _ lines: Base64Lines) {
        var builder = Digest.Builder()
        var size = 0
        var first: [UInt8]?
        let isExact = lines.decode(encoded) { piece in
            builder.update(piece)
            first = size == 0 && piece.count < Base64LineEncoder.pieceLimit ? Array(piece) : nil
            size += piece.count
        }
        guard isExact else { return nil }
        (self.encoded, self.lines, self.size) = (encoded, lines, size)
        digest = builder.digest
        whole = first
    }

    /// Gives the content in pieces.
    func give(to take: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
        guard let whole else {
            _ = try lines.decode(encoded, take)
            return
        }
        // Arrays lend their octets to closures without typed errors only.
        try whole.withUnsafeBytes { bytes in Result { () throws(FileError) in try take(bytes) } }.get()
    }
}
