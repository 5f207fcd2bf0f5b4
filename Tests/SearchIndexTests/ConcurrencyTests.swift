import Bytes
import SearchIndex
import Synchronization
import Testing

/// How far a writer has come.
private final class Progress: Sendable {
    let number = Atomic<UInt32>(0)
}

/// Searches beside a writer, flushes and merges.
struct ConcurrencyTests {
    private static let count: UInt32 = 3_000

    @Test func `searches see every mail that was added before them, and each once`() async throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open(IndexOptions(levelZeroSize: 8 << 20, fanOut: 2))
        index.startMerging()
        let added = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { @concurrent in
                for number in 1...Self.count {
                    let body = "common w\(number) " + (number % 3 == 0 ? "third" : "other")
                    try index.add([TestMail.make(user: number % 2, number: number, body: body)])
                    added.number.store(number, ordering: .releasing)
                    if number % 500 == 0 { try index.flush() }
                    if number % 7 == 0 { try index.remove(user: number % 2, numbers: [number]) }
                }
            }
            for reader in 0..<2 {
                group.addTask { @concurrent in try Self.read(index, folder, user: UInt32(reader), added) }
            }
            try await group.waitForAll()
        }
        try index.flush()
        while try index.mergeIfNeeded() {}
        let living = (1...Self.count).filter { $0 % 2 == 1 && $0 % 7 != 0 }
        #expect(try index.count(user: 1, query: folder.query("common ")) == living.count)
        #expect(try index.search(user: 1, query: folder.query("common "), limit: 5_000).numbers == living.reversed())
        try index.close()
    }

    private static func read(
        _ index: InvertedIndex, _ folder: TestFolder, user: UInt32, _ added: Progress
    ) throws {
        let queries = try ["common ", "comm", "third common", "\"common w\"", "-other"].map { try folder.query($0) }
        var round = 0
        while true {
            let before = added.number.load(ordering: .acquiring)
            let found = try index.search(user: user, query: queries[round % queries.count], limit: 20).numbers
            #expect(zip(found, found.dropFirst()).allSatisfy { $0 > $1 })
            #expect(found.allSatisfy { $0 % 2 == user })
            if round % queries.count == 0, before > 20 {
                #expect((found.first ?? 0) + 4 > before, "the newest that lives of \(before)")
            }
            round += 1
            if before == Self.count { return }
        }
    }

    @Test func `a search reads no page of another user`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        let text = (0..<900).map { "word\($0 &* 7_919 % 50_000) x\($0)" }.joined(separator: " ")
        for user in UInt32(1)...6 {
            try index.add((1...60).map { TestMail.make(user: user, number: $0, body: "\($0) " + text) })
        }
        try index.close()
        let (again, _) = try folder.open()
        #expect(again.statistics().pagesVerified == 0)
        #expect(try again.search(user: 3, query: folder.query("word0 x5"), limit: 100).numbers.count == 60)
        let octets = again.statistics().runs[0].octets
        let pages = (octets + 65_535) / 65_536
        #expect(pages >= 12)
        // The section of one user in six, which may begin anywhere on a page, and the directory on two at most.
        #expect(again.statistics().pagesVerified <= (pages + 5) / 6 + 1 + 2)
    }
}
