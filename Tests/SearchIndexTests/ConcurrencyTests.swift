import Bytes
import Files
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

    @Test func `a search reads no page but those of the user and of the directory`() throws {
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
        try again.close()
        // Every page that neither the user nor the directory has a part of is destroyed; nobody notices.
        let path = folder.path + "/0000000001.segment"
        let file = try folder.disk.open(path, .update)
        defer { file.close() }
        let octets = try file.read(0..<file.size())
        let sections = Self.sections(octets)
        let mine = sections[2].lowerBound / 65_536...(sections[2].upperBound - 1) / 65_536
        let others = (0..<sections[5].upperBound / 65_536).filter { !mine.contains($0) }
        #expect(others.count >= 8 && mine.count < 6)
        let garbage = Octets([UInt8](repeating: 0xEE, count: 65_536))
        for page in others { try garbage.withUnsafeBytes { bytes in try file.write(bytes, at: page * 65_536) } }
        let (broken, _) = try folder.open()
        for text in ["word0 x5", "wor", "\"word0 x0\"", "-nothing", "larger:1 x"] {
            #expect(try broken.search(user: 3, query: folder.query(text), limit: 100).numbers.count == 60, "\(text)")
            #expect(try broken.count(user: 3, query: folder.query(text)) == 60, "\(text)")
        }
        #expect(broken.statistics().pagesVerified <= mine.count + 2)
        #expect(throws: IndexError.self) {
            for user in UInt32(1)...6 { _ = try broken.search(user: user, query: folder.query("word0 x5"), limit: 100) }
        }
    }

    /// Where the sections of all users are, read as the format says.
    private static func sections(_ octets: [UInt8]) -> [Range<Int>] {
        func number(_ offset: Int) -> Int { (0..<8).reduce(0) { $0 | Int(octets[offset + $1]) << ($1 * 8) } }
        let footer = octets.count - 64
        let directory = number(footer)
        let starts = (0..<number(footer + 16)).map { number(directory + $0 * 60 + 24) } + [directory]
        return zip(starts, starts.dropFirst()).map { $0..<$1 }
    }
}
