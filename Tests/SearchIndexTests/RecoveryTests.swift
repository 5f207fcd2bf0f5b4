import Bytes
import Files
import SearchIndex
import Testing

/// What a crash or a damaged disk leaves behind.
struct RecoveryTests {
    private static let words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"]

    private static func mails(_ range: ClosedRange<UInt32>, user: UInt32 = 1) -> [IndexedMail] {
        range.map { number in
            let body = (0..<40).map { words[Int(number &* 7 &+ $0 &* $0) % words.count] + " w\(number)x\($0) " }
                .joined()
            return TestMail.make(user: user, number: number, subject: "mail \(number)", body: body)
        }
    }

    private static func find(_ index: InvertedIndex, _ text: String, _ folder: TestFolder) throws -> [UInt32] {
        try index.search(user: 1, query: folder.query(text), limit: 1_000).numbers
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        let file = try LocalFileSystem().open(path, .read)
        defer { file.close() }
        return try file.read(0..<file.size())
    }

    private static func overwrite(_ path: String, _ byte: UInt8, at offset: Int) throws {
        let file = try LocalFileSystem().open(path, .update)
        defer { file.close() }
        try Octets([byte]).withUnsafeBytes { bytes in try file.write(bytes, at: offset) }
    }

    @Test func `what was flushed is there after a restart and the rest is asked for`() throws {
        let folder = try TestFolder()
        let (index, none) = try folder.open()
        #expect(none == 0)
        try index.add(Self.mails(1...50))
        try index.flush()
        try index.add(Self.mails(51...60))
        let (again, covers) = try folder.open()
        #expect(covers == 50)
        #expect(try Self.find(again, "subject:50 ", folder) == [50])
        #expect(try Self.find(again, "subject:60 ", folder).isEmpty)
        try again.add(Self.mails(41...60))
        #expect(again.statistics().repeated == 10)
        #expect(try Self.find(again, "subject:60 ", folder) == [60])
    }

    @Test func `a mail that comes late takes the promise back`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add(Self.mails(1...5) + Self.mails(7...9))
        try index.flush()
        #expect(try folder.open().1 == 9)
        try index.add(Self.mails(6...6))
        #expect(try folder.open().1 == 5)
        #expect(try Self.find(index, "mail ", folder) == [9, 8, 7, 6, 5, 4, 3, 2, 1])
        try index.flush()
        #expect(try folder.open().1 == 9)
    }

    @Test func `the same mail is taken once, in memory and on disk`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        let mails = Self.mails(1...20)
        try index.add(mails + mails)
        try index.add(mails)
        try index.flush()
        try index.add(mails)
        #expect(index.statistics().added == 20)
        #expect(index.statistics().repeated == 60)
        #expect(try index.count(user: 1, query: folder.query("mail ")) == 20)
    }

    @Test func `a sound segment of another format is told from a damaged one`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add(Self.mails(1...20))
        try index.close()
        let name = "0000000001.segment"
        var octets = try Self.bytes(folder.path + "/" + name)
        let footer = octets.count - 64
        // The format, and the checksum of what stands before it in the footer.
        octets[footer + 36] = 3
        let checksum = octets.withUnsafeBytes { CRC32C.checksum(of: .init(rebasing: $0[footer..<footer + 52])) }
        for place in 0..<4 { octets[footer + 52 + place] = UInt8(truncatingIfNeeded: checksum >> (8 * place)) }
        for place in footer..<octets.count {
            try Self.overwrite(folder.path + "/" + name, octets[place], at: place)
        }
        #expect(throws: IndexError.otherFormat(file: name, format: 3)) { try folder.open() }
    }

    @Test func `a flipped bit on any page is an error that names the file and the page, and never a wrong hit`() throws
    {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add(Self.mails(1...2_000))
        try index.close()
        let name = "0000000001.segment"
        let path = folder.path + "/" + name
        let original = try Self.bytes(path)
        let pages = (original.count + 65_535) / 65_536
        #expect(pages >= 4)
        let queries = ["alpha", "\"alpha w\"", "w33", "subject:mail -w5", "w1199x39"]
        let (sound, _) = try folder.open()
        let expected = try queries.map { try Self.find(sound, $0, folder) }
        #expect(expected.map(\.isEmpty).contains(true) == false)
        for offset in stride(from: 100, to: original.count, by: 19_973) {
            try Self.overwrite(path, original[offset] ^ 0x10, at: offset)
            for (query, right) in zip(queries, expected) {
                do throws(IndexError) {
                    let found = try Self.checked { try Self.find(try folder.open().0, query, folder) }
                    #expect(found == right, "octet \(offset), \(query)")
                } catch {
                    switch error {
                    case .corruptPage(let file, let page): #expect(file == name && page == offset / 65_536)
                    case .corruptSegment(let file, _):
                        #expect(file == name && offset >= original.count - 64 - pages * 4)
                    default: Issue.record("octet \(offset): \(error)")
                    }
                }
            }
            #expect(throws: IndexError.self) { try folder.open().0.verify() }
            try Self.overwrite(path, original[offset], at: offset)
        }
        try folder.open().0.verify()
    }

    /// Runs what throws nothing but errors of the index.
    private static func checked<Result>(_ body: () throws -> Result) throws(IndexError) -> Result {
        do {
            return try body()
        } catch let error as IndexError {
            throw error
        } catch {
            throw .corruptSegment(file: "", reason: "\(error)")
        }
    }

    @Test func `a torn end of the manifest is cut off at any length`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add(Self.mails(1...10))
        try index.flush()
        let first = try Self.bytes(folder.path + "/MANIFEST").count
        try index.add(Self.mails(11...20))
        try index.flush()
        let whole = try Self.bytes(folder.path + "/MANIFEST")
        for length in first..<whole.count {
            try Self.replace(folder.path + "/MANIFEST", Array(whole.prefix(length)))
            try folder.disk.createDirectory(folder.path + "/set-aside")
            let (torn, covers) = try folder.open()
            #expect(covers == 10)
            #expect(try Self.find(torn, "mail", folder).count == 10)
            #expect(try Self.bytes(folder.path + "/MANIFEST").count == first)
            if length == first {
                #expect(try folder.disk.list(folder.path + "/set-aside") == ["0000000002.segment"])
            }
        }
    }

    @Test func `damage in the middle of the manifest is an error that names the place`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add(Self.mails(1...10))
        try index.flush()
        try index.add(Self.mails(11...20))
        try index.flush()
        try Self.overwrite(folder.path + "/MANIFEST", 0xEE, at: 26)
        #expect(throws: IndexError.corruptManifest(file: "MANIFEST", offset: 16)) { try folder.open() }
    }

    @Test func `strangers in the directory are set aside`() throws {
        let folder = try TestFolder()
        try Self.replace(folder.path + "/0000000099.segment", [1, 2, 3])
        try Self.replace(folder.path + "/notes.txt", [4])
        let (index, _) = try folder.open()
        try index.close()
        #expect(try folder.disk.list(folder.path + "/set-aside") == ["0000000099.segment", "notes.txt"])
        #expect(try folder.disk.list(folder.path) == ["MANIFEST", "set-aside"])
    }

    private static func replace(_ path: String, _ bytes: [UInt8]) throws {
        let file = try LocalFileSystem().open(path, .updateOrCreate)
        defer { file.close() }
        try file.truncate(to: 0)
        try Octets(bytes).withUnsafeBytes { buffer in try file.write(buffer, at: 0) }
    }
}
