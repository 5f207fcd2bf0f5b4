import Bytes
import SearchIndex
import Testing

/// What is a query and what is not.
struct QueryTests {
    private static let operators = """
        one of the operators after:, before:, filename:, from:, has:, in:, is:, larger:, newer_than:, older_than:, \
        smaller:, subject:, to:, or quotes around the text
        """

    @Test(arguments: [
        ("(a OR", 5, "a word, a phrase or a filter"), ("(a", 2, "\")\""), ("a)", 1, "a word or the end of the query"),
        ("\"a b", 0, "a closing \""), ("is:blue", 3, "unread, read, flagged or answered after is:"),
        ("before:2026-02-30", 7, "a day such as 2026-01-31 after before:"),
        ("older_than:7", 11, "an age such as 7d, 2w, 3m or 1y after older_than:"),
        ("larger:big", 7, "a size such as 500KB or 5MB after larger:"), ("OR a", 0, "a word, a phrase or a filter"),
        ("from:", 5, "a word or a phrase after from:"), ("has:legs", 4, "attachment after has:"),
        ("()", 1, "a word, a phrase or a filter"), ("a sbject:plan", 2, "subject: instead, or quotes around the text"),
        ("large:5MB", 0, "larger: instead, or quotes around the text"),
        ("form:anna", 0, "from: instead, or quotes around the text"),
        ("newer:2d", 0, "newer_than: instead, or quotes around the text"),
        ("bogus:xx", 0, Self.operators), ("a cc:anna", 2, Self.operators), ("foo:bar", 0, Self.operators),
        ("-", 0, "a word with letters or digits"), ("::", 0, "a word with letters or digits"),
        ("a OR ... !", 5, "a word with letters or digits"), ("-...", 0, "a word with letters or digits"),
        ("(a from:&)", 8, "a word with letters or digits"),
    ])
    func `a text that is no query says where and what was expected`(text: String, position: Int, expected: String)
        throws
    {
        let error = #expect(throws: QueryError.self) { try Query(parsing: text, now: TestFolder.now) }
        #expect(error?.position == position)
        #expect(error?.expected == expected)
    }

    @Test(arguments: [
        "http://example.com", "12:30", "Re:", "c:temp", "\"bogus:xx\"", "subject:bogus:xx", "a:b", "not: this",
    ])
    func `a colon alone makes no operator`(text: String) throws {
        _ = try Query(parsing: text, now: TestFolder.now)
    }

    @Test func `what is too long, too deep or too much is refused`() throws {
        func parse(_ text: String) throws { _ = try Query(parsing: text, now: TestFolder.now) }
        try parse(String(repeating: "a", count: Query.maximumLength))
        #expect(throws: QueryError.self) { try parse(String(repeating: "a", count: Query.maximumLength + 1)) }
        let depth = Query.maximumDepth - 1
        try parse(String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth))
        #expect(throws: QueryError.self) { try parse(String(repeating: "-(", count: depth) + "a") }
        #expect(throws: QueryError.self) { try parse(String(repeating: "(", count: 3_000)) }
        try parse(String(repeating: "a ", count: Query.maximumTerms))
        #expect(throws: QueryError.self) { try parse(String(repeating: "a ", count: Query.maximumTerms + 1)) }
        try parse("\"" + String(repeating: "a ", count: Query.maximumTerms) + "\"")
        #expect(throws: QueryError.self) {
            try parse("\"" + String(repeating: "a ", count: Query.maximumTerms + 1) + "\"")
        }
        #expect(throws: QueryError.self) { try parse(String(repeating: "가", count: Query.maximumTerms + 2)) }
    }

    @Test func `filters find by date, age, size, people and names of files`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add([
            TestMail.make(
                number: 1, date: 1_767_139_200, size: 2_000_000, subject: "Plan",
                from: ["Anna Berg <anna@example.com>"],
                to: ["bob@example.org"], attachments: ["회의록_2.4.pdf"]),
            TestMail.make(
                number: 2, date: 1_735_689_600, size: 500, subject: "Plan", body: "write to anna@example.com",
                from: ["joanna@example.com"]),
        ])
        let table: [(String, [UInt32])] = [
            ("", [2, 1]), ("from:anna@example.com", [1]), ("from:anna", [1]), ("from:an", [1]),
            ("anna@example.com", [2, 1]),
            ("to:bob@example.org", [1]), ("filename:pdf", [1]), ("filename:회의록", [1]), ("has:attachment", [1]),
            ("subject:plan", [2, 1]),
            ("after:2025-12-31", [1]), ("before:2025-12-31", [2]), ("after:2025-01-01 before:2025-01-02", [2]),
            ("newer_than:2d", [1]),
            ("older_than:11m", [2]), ("larger:1MB", [1]), ("smaller:1KB", [2]), ("-from:anna", [2]),
            ("plan -write", [1]),
            ("nothing OR write", [2]), ("\"Anna Berg\"", [1]), ("\"berg bob\"", []), ("is:unread", [2, 1]),
            ("PLAN", [2, 1]), ("plan - & write", [2]), ("... plan", [2, 1]),
        ]
        for (text, numbers) in table {
            #expect(try index.search(user: 1, query: folder.query(text), limit: 10).numbers == numbers, "\(text)")
        }
        #expect(throws: IndexError.unresolvedMailbox("Inbox")) {
            try index.search(user: 1, query: folder.query("in:Inbox"), limit: 10)
        }
    }

    @Test func `a snippet shows the words that were found`() throws {
        let folder = try TestFolder()
        let text =
            String(repeating: "lorem ipsum ", count: 30) + "the Résumé of Anna\nis here "
            + String(repeating: "dolor ", count: 50)
        let pieces = try #require(
            Snippet.make(text: text, query: folder.query("resume -dolor her"), length: 60))
        #expect(pieces.filter(\.isHit).map(\.text) == ["Résumé", "here"])
        #expect(pieces.map(\.text).joined().contains("the Résumé of Anna is here"))
        #expect(pieces.map(\.text).joined().count <= 60)
        let korean = Snippet.make(text: "내일 회의록을 첨부합니다", query: try folder.query("회의록"), length: 40)
        #expect(korean?.filter(\.isHit).map(\.text) == ["회의록"])
        #expect(Snippet.make(text: "plain", query: try folder.query("is:unread"), length: 3)?.map(\.text) == ["pla"])
    }

    @Test func `a snippet of a text without the words is none, and white space is one space`() throws {
        let folder = try TestFolder()
        for text in ["other", "subject:plain", "from:plain", "plane OR from:plain"] {
            #expect(Snippet.make(text: "plain", query: try folder.query(text), length: 40) == nil, "\(text)")
        }
        let spaced = Snippet.make(
            text: "\r\n \u{A0}so\t \r\n\r\n  wide\u{3000}\u{A0}  a   text ", query: try folder.query("wide"), length: 40
        )
        #expect(spaced?.map(\.text) == ["so ", "wide", " a text "])
    }

    @Test func `a mistyped word is answered with the nearest`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add([TestMail.make(number: 1, body: "invoice for the conference")])
        try index.flush()
        try index.add([TestMail.make(number: 2, body: "another invoice")])
        let found = try index.suggestions(user: 1, query: folder.query("invocie confrence invoice zebra"))
        #expect(found.map(\.word) == ["invocie", "confrence"])
        #expect(found.map(\.replacement) == ["invoice", "conference"])
    }
}
