package import Bytes
package import Files
import Synchronization

/// Contents by their SHA-256: each written once, whoever sends it to however many people.
///
/// A content lies in `x/y/DIGEST` under the store's directory, where x and y are the digest's first two digits. It is
/// written in `incoming`, made durable, and moved to its place, so a file with a content's name is always whole. One
/// process writes; any number may read. Every file operation runs on threads of the store's own.
package final class AttachmentStore: Sendable {
    /// What is stored of a message.
    package typealias Stored = (form: StoredForm, digests: [Digest])

    let directory: String
    let fileSystem: any FileSystem
    /// Contents that this process knows to be durable, so that they need not be looked for.
    let known = Mutex<Set<Digest>>([])
    /// Contents that were asked for since a collection began; nothing while there is none.
    let pins = Mutex<Set<Digest>?>(nil)
    let isPrepared = Mutex(false)
    let temporaryNames: TemporaryNames
    /// Threads that wait for the disk: it serves several syncs at once nearly as fast as one.
    let syncers: BlockingThreads
    private let writers: BlockingThreads
    let readers: BlockingThreads

    /// Two threads each: one waits for the disk while the other computes.
    private static let threadCount = 2
    /// As many syncs as a disk's queue takes together with profit.
    package static let usualSynchronizations = 8

    /// A store in a directory, which ``prepare()`` makes.
    ///
    /// Fewer synchronisations at once are slower; with one of them, files are placed in the order of the messages.
    package init(directory: String, fileSystem: any FileSystem, parallelSynchronizations: Int = usualSynchronizations) {
        self.directory = directory
        self.fileSystem = fileSystem
        temporaryNames = TemporaryNames(directory: directory + "/incoming")
        syncers = BlockingThreads(count: parallelSynchronizations, name: "sluice-sync")
        writers = BlockingThreads(count: Self.threadCount, name: "sluice-store")
        readers = BlockingThreads(count: Self.threadCount, name: "sluice-fetch")
    }

    /// Puts a message's attachments into the store; they are durable when this returns.
    ///
    /// The attachments stand in the order of the message, without overlap. Doing it again changes nothing and gives
    /// the same form.
    package func store(_ octets: Octets, attachments: [AttachmentRange]) async throws -> Stored {
        let results = try await store([(octets, attachments)])
        return try results[0].get()
    }

    /// Puts the attachments of many messages into the store, and makes each directory durable once for all of them.
    ///
    /// - Returns: For each message its stored form, or why it has none. One message's failure is not another's.
    package func store(
        _ messages: [(octets: Octets, attachments: [AttachmentRange])]
    ) async throws -> [Result<Stored, AttachmentStoreError>] {
        guard messages.contains(where: { !$0.attachments.isEmpty }) else {
            // Nothing reaches the disk, so nothing blocks.
            var batch = AttachmentBatch(store: self)
            return batch.store(messages)
        }
        return try await writers.run { [self] in
            var batch = AttachmentBatch(store: self)
            return batch.store(messages)
        }
    }

    /// Rebuilds a message, byte for byte; every content is checked against its name.
    package func restore(_ form: StoredForm) async throws -> Octets {
        try await readers.run { [self] in try rebuild(form) }
    }

    /// Gives a message, byte for byte, in pieces, so that a large one takes no memory; nothing before every content was
    /// checked against its name.
    package func restore(
        _ form: StoredForm, to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await readers.run { [self] in try give(form, to: take) }
    }

    /// A content, checked against its name.
    package func content(_ digest: Digest) async throws -> Octets {
        try await readers.run { [self] in try read(digest) }
    }

    /// What the store holds; looks at every file.
    package func statistics() async throws -> AttachmentStatistics {
        try await readers.run { [self] in try count() }
    }

    /// Where a content lies.
    func path(of digest: Digest) -> String {
        let name = digest.description
        return directory(of: digest) + "/" + name
    }

    /// The directory that a content lies in.
    func directory(of digest: Digest) -> String {
        let digits = digest.description.prefix(2)
        return "\(directory)/\(digits.prefix(1))/\(digits.suffix(1))"
    }
}
