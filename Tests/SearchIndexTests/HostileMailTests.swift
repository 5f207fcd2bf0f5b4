import Bytes
import SearchIndex
import Testing

/// Mails and queries that are made to cost much.
struct HostileMailTests {
    private static func index(_ folder: TestFolder, _ mail: IndexedMail) throws -> InvertedIndex {
        let (index, _) = try folder.open()
        try index.add([mail, TestMail.make(number: 2, body: "innocent")])
        // Bounded work: none of these takes more memory than a level 0 has, nor fills it alone.
        #expect(index.statistics().levelZeroOctets < 8 << 20)
        try index.flush()
        #expect(try index.search(user: 1, query: folder.query("innocent "), limit: 10).numbers.contains(2))
        return index
    }

    @Test func `a token of a megabyte is found by its whole and costs its first octets`() throws {
        let folder = try TestFolder()
        let token = String(repeating: "x", count: 1 << 20)
        let index = try Self.index(folder, TestMail.make(number: 1, body: token + " end", attachments: ["a.pdf"]))
        #expect(try index.search(user: 1, query: folder.query("xxxxxxxx"), limit: 10).numbers == [1])
        #expect(try index.search(user: 1, query: folder.query("filename:pdf"), limit: 10).numbers == [1])
        #expect(index.statistics().runs[0].octets < 10_000)
        try index.close()
    }

    @Test func `two tokens that differ behind the sixty-fourth octet are two`() throws {
        let folder = try TestFolder()
        let long = String(repeating: "y", count: 80)
        let index = try Self.index(folder, TestMail.make(number: 1, body: long + "1a"))
        #expect(try index.search(user: 1, query: folder.query(long + "b "), limit: 10).numbers == [])
        try index.close()
    }

    @Test func `of a million distinct words those within the limit of bodies are found`() throws {
        let folder = try TestFolder()
        let body = (0..<1_000_000).map { "w\($0)" }.joined(separator: " ")
        let index = try Self.index(folder, TestMail.make(number: 1, body: body))
        #expect(try index.search(user: 1, query: folder.query("\"w17 w18\""), limit: 10).numbers == [1])
        #expect(try index.search(user: 1, query: folder.query("w999999 "), limit: 10).numbers == [])
        try index.close()
    }

    @Test(arguments: [
        "", "\u{200F}\u{202E}\u{2066}", " \r\n\t", String(repeating: "\u{FFFD}", count: 10_000),
        "a" + String(repeating: "\u{0301}", count: 100_000), String(repeating: "\u{1F468}\u{200D}", count: 10_000),
        String(decoding: [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80, 0xC3, 0x28, 0xFF] as [UInt8], as: UTF8.self),
        String(repeating: "ﷺ", count: 20_000), String(repeating: "a.", count: 60_000),
        String(repeating: "a@b.", count: 30_000), String(repeating: "가", count: 40_000),
    ])
    func `a mail without words, or of marks only, is a mail`(body: String) throws {
        let folder = try TestFolder()
        let index = try Self.index(folder, TestMail.make(number: 1, subject: "strange", body: body))
        #expect(try index.search(user: 1, query: folder.query("subject:strange"), limit: 10).numbers == [1])
        #expect(try index.search(user: 1, query: folder.query(""), limit: 10).numbers == [2, 1])
        try index.close()
    }

    @Test func `marks of direction inside a word do not hide it`() throws {
        let folder = try TestFolder()
        let index = try Self.index(
            folder, TestMail.make(number: 1, body: "\u{202E}hidden\u{202C} \u{200F}שלום\u{200E}"))
        for word in ["hidden", "שלום"] {
            #expect(try index.search(user: 1, query: folder.query(word), limit: 10).numbers == [1], "\(word)")
        }
        try index.close()
    }

    @Test func `a query of 100 kB is refused, and so is one of a million parentheses`() throws {
        let folder = try TestFolder()
        for text in [
            String(repeating: "word ", count: 20_000), String(repeating: "(", count: 1_000_000),
            String(repeating: "-", count: 5_000) + "a", String(repeating: "a\u{0301}", count: 50_000),
        ] {
            #expect(throws: QueryError.self) { try folder.query(text) }
        }
    }

    @Test func `a prefix of one letter opens no more lists than it needs hits`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        for number in UInt32(1)...40 {
            try index.add([
                TestMail.make(number: number, body: (0..<500).map { "a\(number)x\($0)" }.joined(separator: " "))
            ])
        }
        try index.flush()
        for text in ["a", "-a", "a a a a a a a a", "(a OR a) -zz"] {
            let found = try index.search(user: 1, query: folder.query(text), limit: 5).numbers
            #expect(found == (text == "-a" ? [] : [40, 39, 38, 37, 36]), "\(text)")
        }
        try index.close()
    }
}
