import Bytes
import SearchIndex
package import SimulatedFiles

/// The search index under arrivals, late arrivals, removals, flushes and merges.
///
/// The store beside it is certain: what is in it and not promised by the index is given to the index again after a
/// crash, as the server does.
package struct IndexFlow: Workload {
    /// What the store has, and what the index has said of it.
    package struct Promises: Sendable {
        /// Mails by number, which is their sequence, too.
        var store: [UInt32: IndexedMail] = [:]
        /// Mails that no call has taken in yet, for which a step of the queue is still pending.
        var waiting: Set<UInt32> = []
        /// Mails that are being removed.
        var leaving: Set<UInt32> = []
        var lastNumber: UInt32 = 0
    }

    package static let name = "index"
    private static let directory = "/data/index"
    private static let rounds = 40
    private static let user: UInt32 = 1
    /// Small counts, so that segments are merged often.
    private static let options = IndexOptions(levelZeroSize: 8 << 20, fanOut: 2, deadPercent: 10, hashKey: 7)

    private let seed: UInt64
    package let nothing = Promises()

    package init(seed: UInt64) { self.seed = seed }

    package func prepare(_ disk: SimulatedFileSystem) throws {
        try disk.createDirectory(Self.directory)
        for parent in ["/", "/data"] { try disk.synchronizeDirectory(parent) }
    }

    package func run(on disk: SimulatedFileSystem, _ book: PromiseBook<Promises>) async throws {
        var generator = SeededGenerator(seed: seed)
        var opened: InvertedIndex?
        for _ in 0..<Self.rounds {
            do {
                let index: InvertedIndex
                if let open = opened {
                    index = open
                } else {
                    index = try InvertedIndex.open(
                        directory: Self.directory, fileSystem: disk, options: Self.options
                    ).0
                    opened = index
                }
                try act(on: index, book, &generator)
            } catch {
                // The disk refused; what follows goes on with what there is.
            }
        }
        do { try opened?.close() } catch {}  // as above
    }

    private func act(
        on index: InvertedIndex, _ book: PromiseBook<Promises>, _ generator: inout SeededGenerator
    ) throws {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<5: try arrive(index, book, &generator)
        case 5, 6: try index.flush()
        case 7: while try index.mergeIfNeeded() {}
        case 8: try leave(index, book, &generator)
        default: try give(Array(book.now.waiting).sorted(), to: index, book)
        }
    }

    /// New mails come into the store; those that the index is told of now are not always the first.
    private func arrive(
        _ index: InvertedIndex, _ book: PromiseBook<Promises>, _ generator: inout SeededGenerator
    ) throws {
        let count = UInt32.random(in: 1...6, using: &generator)
        let first = book.now.lastNumber + 1
        book.note { promises in
            for number in first..<first + count {
                promises.store[number] = Self.mail(number)
                promises.waiting.insert(number)
            }
            promises.lastNumber += count
        }
        let late = Int.random(in: 0..<3, using: &generator)
        try give(Array((first..<first + count).dropFirst(late)), to: index, book)
    }

    private func give(_ numbers: [UInt32], to index: InvertedIndex, _ book: PromiseBook<Promises>) throws {
        let mails = book.now.store
        try index.add(numbers.compactMap { mails[$0] })
        book.note { $0.waiting.subtract(numbers) }
    }

    private func leave(
        _ index: InvertedIndex, _ book: PromiseBook<Promises>, _ generator: inout SeededGenerator
    ) throws {
        let known = book.now
        let present = known.store.keys.filter { !known.waiting.contains($0) }.sorted()
        let numbers = present.shuffled(using: &generator).prefix(3)
        book.note { promises in
            for number in numbers { promises.store[number] = nil }
            promises.leaving.formUnion(numbers)
        }
        try index.remove(user: Self.user, numbers: Array(numbers))
        book.note { $0.leaving.subtract(numbers) }
    }

    private static func mail(_ number: UInt32) -> IndexedMail {
        IndexedMail(
            user: user, number: number, sequence: UInt64(number), date: Timestamp(seconds: 1_700_000_000), size: 100,
            subject: "mail \(number)", body: "word\(number % 7) body", from: ["a@example.org"], to: [],
            attachmentNames: [], hasAttachment: false)
    }

    package func restart(_ disk: SimulatedFileSystem) async throws {
        try InvertedIndex.open(directory: Self.directory, fileSystem: disk, options: Self.options).0.close()
    }

    package func inspect(_ disk: SimulatedFileSystem, _ promises: Promises) async throws -> [String] {
        let (index, covers) = try InvertedIndex.open(
            directory: Self.directory, fileSystem: disk, options: Self.options)
        let mails = promises.store.values.sorted { $0.sequence < $1.sequence }
        try index.add(mails.filter { $0.sequence > covers })
        try index.add(mails.filter { promises.waiting.contains($0.number) })
        var failures = try differences(index, promises, "after the start")
        try index.close()
        let (again, _) = try InvertedIndex.open(
            directory: Self.directory, fileSystem: disk.crash(.everything, seed: 0), options: Self.options)
        try again.verify()
        failures += try differences(again, promises, "after the next start")
        return failures
    }

    private func differences(_ index: InvertedIndex, _ promises: Promises, _ moment: String) throws -> [String] {
        let query = try Query(parsing: "subject:mail", now: Timestamp(seconds: 1_700_000_000))
        let found = try index.search(user: Self.user, query: query, limit: 10_000).numbers
        var failures: [String] = []
        if Set(found).count != found.count { failures.append("\(moment) mails are found twice: \(found)") }
        let missing = Set(promises.store.keys).subtracting(found)
        if !missing.isEmpty { failures.append("\(moment) mails are missing: \(missing.sorted())") }
        let back = Set(found).subtracting(promises.store.keys).subtracting(promises.leaving)
        if !back.isEmpty { failures.append("\(moment) removed mails are back: \(back.sorted())") }
        return failures
    }
}
