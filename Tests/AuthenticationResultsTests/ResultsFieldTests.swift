import AuthenticationResults
import Testing

/// Reading and writing of `Authentication-Results`, by the grammar of RFC 8601, section 2.2.
struct ResultsFieldTests {
    @Test func `a field is read with its version, reasons, properties, comments and folds`() throws {
        let text = """
            (who) "mx.example.org" (first) 1 ; (a (nested \\) ) one)\r
             spf = pass reason="sent \\"well\\"" smtp.mailfrom=alice@example.com smtp . helo = mail.example.com;\r
            \tdkim/1=fail (bad) header.b="ab/c+d=" header.i=@example.com; auth=none
            """
        let field = try #require(ResultsField(parsing: text.utf8))
        #expect(field.service == "mx.example.org" && field.version == 1 && field.unreadable == 0)
        #expect(
            field.results == [
                MethodResult(
                    "spf", "pass", reason: "sent \"well\"",
                    properties: [
                        ResultProperty("smtp", "mailfrom", "alice@example.com"),
                        ResultProperty("smtp", "helo", "mail.example.com"),
                    ]),
                MethodResult(
                    "dkim", "fail",
                    properties: [
                        ResultProperty("header", "b", "ab/c+d="), ResultProperty("header", "i", "@example.com"),
                    ]),
                MethodResult("auth", "none"),
            ])
        #expect(field.results[0]["smtp", "helo"] == "mail.example.com")
    }

    @Test(arguments: [
        "mx.example.org; none", "mx.example.org;none", "mx.example.org 1; (nothing) none ;", "mx.example.org",
    ])
    func `a field without results has none`(_ text: String) throws {
        let field = try #require(ResultsField(parsing: text.utf8))
        #expect(field.results.isEmpty && field.unreadable == 0)
        #expect(field.value == "mx.example.org; none")
    }

    @Test(arguments: [
        ("a; dmarc=pass action=none header.from=b.example;; ", "a; dmarc=pass header.from=b.example"),
        ("a; dkim=pass header.b=ab/c+d== header.s=x", #"a; dkim=pass header.b="ab/c+d==" header.s=x"#),
        ("a; spf=pass smtp.mailfrom=; dkim=none", #"a; spf=pass smtp.mailfrom=""; dkim=none"#),
        (#"a; spf=pass smtp.mailfrom="x y"@b.example"#, #"a; spf=pass smtp.mailfrom="\"x y\"@b.example""#),
        ("a; SPF=Pass SMTP.MailFrom=B.example", "a; spf=pass smtp.mailfrom=B.example"),
        ("a; spf=pass smtp.mailfrom=b.example reason=late", "a; spf=pass reason=late smtp.mailfrom=b.example"),
    ])
    func `what writers are known to get wrong is read all the same`(_ text: String, _ written: String) throws {
        let field = try #require(ResultsField(parsing: text.utf8))
        #expect(field.value == written)
        #expect(field.unreadable == 0)
    }

    @Test(arguments: [
        ("a; =pass; spf=none", "a; spf=none", 1), ("a; spf; dkim=none", "a; dkim=none", 1),
        ("a; spf=; dkim=none", "a; dkim=none", 1), ("a; spf/x=pass", "a; none", 1),
        ("a b c; spf=none", "a; spf=none", 1),
    ])
    func `a result that breaks the grammar is left out and counted`(_ text: String, _ written: String, _ count: Int)
        throws
    {
        let field = try #require(ResultsField(parsing: text.utf8))
        #expect(field.value == written)
        #expect(field.unreadable == count)
    }

    @Test(arguments: ["", " \r\n ", "(only a comment)", "; spf=pass", "(never ends"])
    func `a field that names no service is none`(_ text: String) {
        #expect(ResultsField(parsing: text.utf8) == nil)
    }

    @Test func `what is written is read as it was`() throws {
        let evil = "a\"; dkim=pass header.d=bank.example (\\\r\nX: y\u{7}é"
        let field = ResultsField(
            service: "mx.example.org",
            results: [
                MethodResult("spf", "fail", reason: evil, properties: [ResultProperty("smtp", "mailfrom", evil)]),
                MethodResult("dkim", "none", version: 2),
            ])
        let read = try #require(ResultsField(parsing: field.field.dropFirst("Authentication-Results:".count).utf8))
        var expected = field
        let clean = evil.replacing("\r\n", with: "??").replacing("\u{7}", with: "?")
        expected.results[0].reason = clean
        expected.results[0].properties[0].value = clean
        #expect(read == expected)
    }

    @Test(
        arguments: ["a", ".a", "a@b", "@b", "a=b/c?d@e.f", "^_`{|}~", "a.@b"],
        ["", ".a@b", "a@.b", "a@", "@", "a@b@c", "a/b", "a=", "?", "a b", "a;b@c", "a@b,c", "[a]", "é@b"])
    func `a property is quoted unless it is a token or a mailbox`(_ plain: String, _ other: String) {
        let field = ResultsField(
            service: "mx",
            results: [
                MethodResult(
                    "x", "pass", properties: [ResultProperty("p", "plain", plain), ResultProperty("p", "other", other)])
            ])
        #expect(field.value == "mx; x=pass p.plain=\(plain) p.other=\"\(other)\"")
        #expect(ResultsField.field(service: "mx", reports: ["x=pass p.plain=\(plain)"])?.contains(plain) == true)
    }

    @Test func `lines are folded between words, and no line is ended by a value`() {
        let field = ResultsField(
            service: "mx.example.org",
            results: (0..<3).map { number in
                MethodResult(
                    "dkim", "pass",
                    properties: [
                        ResultProperty("header", "d", "a-rather-long-name-\(number).example.com"),
                        ResultProperty("header", "s", "selector\r\n.\r\n"), ResultProperty("header", "b", "abcdefgh"),
                    ])
            })
        let lines = field.field.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.first == "Authentication-Results: mx.example.org;")
        #expect(lines.last == "")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix("    ") && $0.utf8.count <= 78 })
        #expect(lines.count == 8)
    }

    @Test func `values are cut before a line gets too long, and never within a character`() {
        let long = String(repeating: "é", count: 500)
        let field = ResultsField(
            service: "a",
            results: [MethodResult("spf", "fail", properties: [ResultProperty("smtp", "helo", "x" + long)])])
        #expect(field.field.split(separator: "\r\n").allSatisfy { $0.utf8.count < 998 })
        #expect(!field.field.contains("\u{FFFD}"))
    }

    @Test(arguments: [
        "m(x\\", "m; spf=pass (x\\", "m; spf=pass \"x\\", "m; spf=pass x.y=\"", "m; spf/", "m; spf=pass .",
    ])
    func `a field that ends in the midst of something is read up to there`(_ text: String) {
        #expect(ResultsField(parsing: text.utf8)?.service == "m")
    }

    @Test(arguments: [(200, 0), (201, 1)])
    func `so many results are read and no more`(_ count: Int, _ unreadable: Int) throws {
        let text = "a" + String(repeating: "; spf=pass", count: count)
        let field = try #require(ResultsField(parsing: text.utf8))
        #expect(field.results.count == 200 && field.unreadable == unreadable)
    }

    @Test(arguments: ["(", "a; spf=pass (", "\"", "a; x=\"", "a; spf=pass x.y=", "a;;", "a; spf=pass a.b=c "])
    func `what is repeated without end is read in time that grows with its length`(_ piece: String) {
        let text = "a; " + String(repeating: piece, count: 200_000 / piece.utf8.count)
        _ = ResultsField(parsing: text.utf8)
        _ = ResultsField.results(parsing: text)
    }

    private static let evil = [
        "x\r\nY: z", "a; dkim=pass", "q\"; dkim=pass", "\\", "", "é", "\u{7F}", "a\\\"b", "\"x y\"@b", "(c)",
    ]

    @Test(arguments: evil, ["plain", "anna@example.com", "@example.com", "1.2"])
    func `a field of reports is the field of their results`(_ evil: String, _ value: String) {
        let results = [
            MethodResult("spf", "pass", reason: evil, properties: [ResultProperty("smtp", "mailfrom", value)]),
            MethodResult("dkim", "fail", reason: value, properties: [ResultProperty("header", "b", evil)]),
            MethodResult("arc", "none", version: 2),
        ]
        let field = ResultsField.field(
            service: "mx", reports: [MethodResult.text(of: Array(results[..<2])), results[2].text])
        #expect(field == ResultsField(service: "mx", results: results).field)
    }

    @Test(arguments: [
        ("SPF=Pass", "spf=pass"), ("spf=pass  smtp.mailfrom=x", "spf=pass smtp.mailfrom=x"), ("spf=pass;", "spf=pass"),
        ("spf=pass (a comment)", "spf=pass"), ("dkim=pass header.b=a/b=", "dkim=pass header.b=\"a/b=\""),
        ("spf=pass smtp.mailfrom=\"x\ry\"", "spf=pass smtp.mailfrom=xy"),
        ("spf=pass smtp.mailfrom=\"x\\\ny\"", "spf=pass smtp.mailfrom=\"x?y\""), ("none", "none"), ("", "none"),
        ("spf=pass smtp.mailfrom=\"x y\"@b", "spf=pass smtp.mailfrom=\"\\\"x y\\\"@b\""),
        ("spf=pass smtp.mailfrom=", "spf=pass smtp.mailfrom=\"\""),
    ])
    func `a report in other words is read, and written in ours`(_ report: String, _ written: String) {
        let field = ResultsField.field(service: "mx", reports: [report])
        #expect(field?.replacing("\r\n    ", with: " ") == "Authentication-Results: mx; \(written)\r\n")
    }

    @Test(arguments: ["spf", "=pass", "spf=pass; dkim", "spf=pass; =x"])
    func `a report that is none makes no field`(_ report: String) {
        #expect(ResultsField.field(service: "mx", reports: ["arc=none", report]) == nil)
    }

    @Test(arguments: [("MX.example.org.", true), ("mx.example.org", true), ("x.mx.example.org", false), ("mx", false)])
    func `a field is from a service in whatever letter case`(_ name: String, _ isOurs: Bool) throws {
        #expect(try #require(ResultsField(parsing: "\(name); none".utf8)).isFrom("mx.Example.org") == isOurs)
    }
}
