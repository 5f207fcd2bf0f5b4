import AttachmentStore
import Bytes
package import SimulatedFiles

/// The attachment store under batches of messages that share contents.
package struct AttachmentFlow: Workload {
    /// What the store has acknowledged, and what it was asked for.
    package struct Promises: Sendable {
        var stored: [(form: StoredForm, octets: Octets)] = []
        var attempted: Set<Digest> = []
    }

    package static let name = "attachments"
    private static let directory = "/data/attachments"
    private static let rounds = 30
    /// Few enough that many come again.
    private static let contentCount = 40
    private static let sizes = [0, 1, 700, 5_000, 20_000]

    private let seed: UInt64
    package let nothing = Promises()

    package init(seed: UInt64) { self.seed = seed }

    /// One synchronisation at a time, so that the operations have one order.
    private func open(_ disk: SimulatedFileSystem) -> AttachmentStore {
        AttachmentStore(directory: Self.directory, fileSystem: disk, parallelSynchronizations: 1)
    }

    package func prepare(_ disk: SimulatedFileSystem) throws {
        try disk.createDirectory("/data")
        try disk.synchronizeDirectory("/")
        try open(disk).prepare()
    }

    package func run(on disk: SimulatedFileSystem, _ book: PromiseBook<Promises>) async throws {
        var generator = SeededGenerator(seed: seed)
        let store = open(disk)
        for _ in 0..<Self.rounds {
            let messages = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Self.message(&generator) }
            book.note { promises in
                for message in messages {
                    for attachment in message.attachments {
                        let content = message.octets.array(attachment.body)
                        promises.attempted.insert(content.withUnsafeBytes { Digest(of: $0) })
                    }
                }
            }
            for (message, result) in zip(messages, try await store.store(messages)) {
                guard case .success(let stored) = result else { continue }
                book.note { $0.stored.append((stored.form, message.octets)) }
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { await forget(store, book, &generator) }
        }
    }

    /// Deletes some mails, and has what only they referred to collected.
    private func forget(
        _ store: AttachmentStore, _ book: PromiseBook<Promises>, _ generator: inout SeededGenerator
    ) async {
        var random = generator
        book.note { $0.stored.removeAll { _ in Bool.random(using: &random) } }
        generator = random
        do {
            _ = try await store.collect { Self.referred(book.now) }
        } catch {
            return  // the disk refused something; another collection does the rest
        }
    }

    private static func referred(_ promises: Promises) -> Set<Digest> {
        Set(promises.stored.flatMap(\.form.digests))
    }

    /// A message with up to three of some contents.
    private static func message(
        _ generator: inout SeededGenerator
    ) -> (octets: Octets, attachments: [AttachmentRange]) {
        var octets = Array("Subject: contents\r\n\r\n".utf8)
        var attachments: [AttachmentRange] = []
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let number = Int.random(in: 0..<contentCount, using: &generator)
            var words = SeededGenerator(seed: UInt64(number))
            let content = (0..<sizes[number % sizes.count]).map { _ in UInt8.random(in: 0...255, using: &words) }
            attachments.append(
                AttachmentRange(body: octets.count..<octets.count + content.count, encoding: .identity))
            octets += content + Array("\r\n--edge\r\n".utf8)
        }
        return (Octets(octets), attachments)
    }

    package func restart(_ disk: SimulatedFileSystem) async throws {
        try open(disk).prepare()
    }

    package func inspect(_ disk: SimulatedFileSystem, _ promises: Promises) async throws -> [String] {
        let store = open(disk)
        try store.prepare()
        var failures: [String] = []
        for (form, octets) in promises.stored where try await store.restore(form) != octets {
            failures.append("a message is not as it was stored")
        }
        for digest in promises.attempted {
            do {
                _ = try await store.content(digest)
            } catch AttachmentStoreError.missing {
                continue  // it was not acknowledged; but what is there must not be there in part
            }
        }
        // The same mails come again, since their senders had no answer: nothing is stored twice.
        for (form, octets) in promises.stored.suffix(3) {
            let ranges = Self.ranges(of: form)
            if try await store.store(octets, attachments: ranges).form != form {
                failures.append("a message stored again has another form")
            }
        }
        let contents = try await store.statistics().contents
        if contents > promises.attempted.count { failures.append("there are more contents than were sent") }
        // At some of the crash points, since it looks at every directory.
        guard promises.stored.count.isMultiple(of: 4) else { return failures }
        let removed = try await store.collect { Self.referred(promises) }.contents
        if contents - removed != Self.referred(promises).count {
            failures.append("a collection leaves other contents than those that mails refer to")
        }
        for (form, octets) in promises.stored where try await store.restore(form) != octets {
            failures.append("a collection took what a message refers to")
        }
        return failures
    }

    private static func ranges(of form: StoredForm) -> [AttachmentRange] {
        var ranges: [AttachmentRange] = []
        var position = 0
        for piece in form.pieces {
            switch piece {
            case .literal(let literal): position += literal.count
            case .reference(let reference):
                ranges.append(AttachmentRange(body: position..<position + reference.size, encoding: .identity))
                position += reference.size
            }
        }
        return ranges
    }
}
