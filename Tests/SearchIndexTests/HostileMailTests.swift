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
        let (index, _) = try folder.open(IndexOptions())
        let body = (0..<1_000_000).map { "w\($0)" }.joined(separator: " ")
        try index.add([TestMail.make(number: 1, body: body)])
        try index.flush()
        // The last word of which the limit leaves something is cut, the one before it is whole.
        let cut = body.utf8.prefix(MailLimits.body).split(separator: UInt8(ascii: " ")).count - 1
        for (words, numbers) in [
            ("w17 w18", [1]), ("w\(cut - 2) w\(cut - 1)", [1]), ("w\(cut + 1)", []), ("w999999", []),
        ]
            as [(String, [UInt32])]
        {
            #expect(
                try index.search(user: 1, query: folder.query("\"\(words)\""), limit: 10).numbers == numbers, "\(words)"
            )
        }
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
        let (index, _) = try folder.open(IndexOptions())
        // Ten old mails whose words have long lists, and five new ones with a word of their own.
        let long = (0..<60).map { _ in (0..<300).map { "ab\($0)" }.joined(separator: " ") }.joined(separator: " ")
        try index.add((1...10).map { TestMail.make(number: $0, body: long) })
        try index.add((11...15).map { TestMail.make(number: $0, body: "a az") })
        try index.close()
        for text in ["a", "-a", "a a a a a a a a", "(a OR a) -zz"] {
            let (again, _) = try folder.open()
            let found = try again.search(user: 1, query: folder.query(text), limit: 5).numbers
            #expect(found == (text == "-a" ? [] : [15, 14, 13, 12, 11]), "\(text)")
            let pages = again.statistics().runs[0].octets / 65_536
            #expect(pages >= 5 && (text == "-a" || again.statistics().pagesVerified <= 3), "\(text)")
            try again.close()
        }
    }
}
