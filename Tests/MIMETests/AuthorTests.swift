import Bytes
import MIME
import Testing

/// Whose mail it is by the readings of all readers.
struct AuthorTests {
    private func authors(_ header: String) -> Authors {
        ParsedMessage(parsing: Octets(Array((header + "\r\n\r\nbody\r\n").utf8))).authors
    }

    @Test(arguments: [
        ("From: Joe <a@b.c>", ["b.c"]), ("From: a@b.c", ["b.c"]), ("From: a@b.c (Joe)", ["b.c"]),
        ("From: \"x@y\" <a@b.c>", ["b.c"]), ("From: Joe (x@y) <a@b.c>", ["b.c"]),
        ("From: a@b.c, d@e.f", ["b.c", "e.f"]),
        ("From: \"Joe <a@b.c>", ["b.c"]), ("From: a@b.c, \"x <x@y.z", ["b.c", "y.z"]),
        ("From: a@b.c <a@b.c>", ["b.c"]), ("From: x@y.z <a@b.c>", ["b.c", "y.z"]), ("From: g: a@b.c;", ["b.c"]),
        ("From: a@b.c\r\nFrom: d@e.f", ["b.c", "e.f"]), ("From: a@b.c.", ["b.c"]), ("From: a@B.C", ["B.C"]),
        ("From: a%x@b.c", ["b.c"]), ("From: a@[192.0.2.1]", ["[192.0.2.1]"]), ("From: J. R. <a@b.c>", ["b.c"]),
        ("From: =?utf-8?q?=3Cx=40y.z=3E?= <a@b.c>", ["b.c", "y.z"]), ("From: =?utf-8?q?J=C3=B6?= <a@b.c>", ["b.c"]),
        ("From: \"Doe, Joe\"\r\n <a@b.c>", ["b.c"]), ("From: Joe\t<a@b.c>", ["b.c"]), ("From: root", [""]),
        ("From: \"john doe\"@b.c", ["b.c"]), ("From: g:;", []), ("Subject: none", []), ("From: <>", []), ("From:", []),
        ("From: Doe, Joe <a@b.c>", ["", "b.c"]), ("From : a@b.c", ["b.c"]), ("From: 用户@例え.jp", ["例え.jp"]),
        ("Subject: a\r\n From: x@y\r\nFrom: a@b.c", ["b.c"]), ("From: a@b.c\r\nSender: x@y", ["b.c"]),
    ])
    func `readers agree on the authors`(_ header: String, _ domains: [String]) {
        #expect(authors(header) == .domains(domains))
    }

    @Test func `a mailbox as most are written is read as by the whole grammar`() {
        let pieces = [
            "a", "b.c", ".", " ", "<", ">", "@", "\"", ",", "(", ")", ":", ";", "\\", "\t", "é", "-",
            "=?utf-8?q?x=40y.z?=",
            "Joe ", "\"Joe\" ", "\"Doe, ", "J.\" ", "<a@", "b.c>", "b.c.>", "<a@b.c>", "a@b.c",
        ]
        var generator = SeededGenerator(state: 7)
        var plain = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...6, using: &generator)
            let value = (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            // A tab is no part of what most write.
            let (found, wanted) = (authors("From: \(value)"), authors("From:\t\(value)"))
            #expect(found == wanted, "\(value.debugDescription)")
            if case .domains(let domains) = found, domains.count == 1 { plain += 1 }
        }
        #expect(plain > 1_000)
    }

    @Test(arguments: Array(0x00...0x1F) + [0x7F])
    func `no control character stands in From`(_ code: Int) {
        let control = String(UnicodeScalar(UInt8(code)))
        for value in [
            "x@x\(control)b.c", "x\(control)y@b.c", "\"x\(control)\" <a@b.c>", "(\(control)) a@b.c",
            "\"\\\(control)\"@b.c",
            "<a@b.c>\(control)", "=?utf-8?q?\(control)?= <a@b.c>", "a@[192.0.2.1\(control)]",
        ] where control != "\n" && control != "\t" {
            #expect(authors("From: \(value)") == .unclear(.control), "\(value.debugDescription)")
        }
        #expect(authors("From: a\tb <a@b.c>") == .domains(["b.c"]))
    }

    @Test(arguments: [
        "\"x@y.z\"", "\"x@y.z\" x", "x y@", "y@", "=?utf-8?q?x=40y.z?=", "=?utf-8?q?x=40y.z?= x", "x (x@y.z)",
        "(x@y.z)",
        "\"x@y.z\":;", "\"x@y.z\": a@b.c;", "\"x@y.z\" <>", "<@y.z:a@b.c>", "<@y.z,@w:a@b.c>", "<x@y.z@b.c>",
        "<a@b.c x>",
        "<a@b.c x@y.z>", "<a@b.c \"@y.z\">", "x@y.z(c).b.c", "x@y(c)y.z", "x@y y.z", "x@y . z", "<x@y y.z>",
        "<x@y(c)y.z>", "\"x@y.z\"@b.c", "<=?utf-8?q?x=40y.z=3E?=@b.c>", "x@\"y.z\"", "\"x \\\"x <x@y.z>",
        "a@b.c x@y.z",
        "x@y.z x <a@b.c>", "<a@b.c> x@y.z", "<x@>", "a@[192.0.2.1]y.z",
    ])
    func `readers may see another author`(_ value: String) {
        #expect(authors("From: \(value)") == .unclear(.ambiguous))
    }

    @Test func `octets of an unknown charset are part of a name and not of a domain`() {
        func authors(_ value: [UInt8]) -> Authors {
            ParsedMessage(parsing: Octets(Array("From: ".utf8) + value + Array("\r\n\r\n".utf8))).authors
        }
        #expect(authors(Array("J".utf8) + [0xF6] + Array(" <a@b.c>".utf8)) == .domains(["b.c"]))
        #expect(authors(Array("x@y".utf8) + [0xFF] + Array(".z".utf8)) == .unclear(.ambiguous))
    }

    @Test(arguments: [
        " From: x@y.z\r\nSubject: a", "Fr\0om: x@y.z\r\nSubject: a", "\u{7F}From: x@y.z\r\nFrom: a@b.c",
        "From\r\n : x@y.z\r\nSubject: a", "Subject: a\rFrom: x@y.z", "Subject: a\r\u{1}FROM \u{2}: x@y.z",
        "From: a@b.c\r\nno field\r\nX: y\r\nfrom: x@y.z", "--x\r\nFrom: x@y.z", "\r\nFrom: x@y.z",
        "\r\n\r\nFrom: x@y.z", "\u{FEFF}From: x@y.z\r\nSubject: a", "Subject: a\r\nFr\u{200B}om\u{A0}: x@y.z",
    ])
    func `a From that only some readers see is no secret`(_ header: String) {
        #expect(authors(header) == .unclear(.hidden))
    }

    @Test func `a From behind a bare carriage return is no secret, wherever that stands`() {
        let pieces = ["x", "\r", "\r\n ", " ", "From:", String(repeating: "y", count: 29)]
        var generator = SeededGenerator(state: 8)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let value = (0..<count).compactMap { _ in pieces.randomElement(using: &generator) }.joined() + "."
            let behindReturns = Array(value.utf8).split(separator: 0x0D, omittingEmptySubsequences: false).dropFirst()
            let isHidden = behindReturns.contains { text in
                text.first != 0x0A && text.drop { $0 == 0x20 }.starts(with: "From:".utf8)
            }
            #expect((authors("Subject: \(value)") == .unclear(.hidden)) == isHidden, "\(value.debugDescription)")
        }
    }

    @Test(arguments: [
        "no field\r\n\r\nFrom: x@y.z", "Subject: a\r\rX: From: x@y.z", "Subject: a\r\nFrom x@y.z Mon\r\nX: y",
        "\r\n\r\nX",
        "From x@y.z Mon Jan 1\r\nSubject: a", "X: y\r\n\r\nFrom: x@y.z",
    ])
    func `what no reader takes for a From is none`(_ header: String) {
        #expect(authors(header) == .domains([]))
    }

    @Test(arguments: [
        "Sender: x@y.z", "From:\r\nSender: x@y.z", "From: root\r\nResent-From: x@y.z", "Resent-Sender: x@y.z",
    ])
    func `a field that readers show in the place of From makes nobody the author`(_ header: String) {
        #expect(authors(header) == .unclear(.replaced))
    }

    @Test func `more mailboxes than are read hide nobody`() {
        #expect(authors("From: " + String(repeating: "a@b,", count: 9_999) + "a@b") != .unclear(.ambiguous))
        #expect(authors("From: " + String(repeating: "a@b,", count: 10_000) + "x@y.z") == .unclear(.ambiguous))
    }

    @Test func `a header that is cut off has no clear author, whatever else is wrong with it`() {
        let flood = String(repeating: "X: y\r\n", count: 4_999)
        #expect(authors("From: a@b.c\r\n" + flood) == .domains(["b.c"]))
        #expect(authors("From: a@b.c\r\n" + flood + "X: y") == .unclear(.unread))
        // So many defects that the last is not listed.
        let defects = String(repeating: "ö: y\r\n", count: 300)
        #expect(authors("From: a@b.c\r\n" + defects + flood + "X: y") == .unclear(.unread))
    }

    @Test func `an attached message may have a header of any size`() {
        let flood = String(repeating: "X: y\r\n", count: 5_001)
        let header = "From: a@b.c\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.z\r\n" + flood
        #expect(authors(header) == .domains(["b.c"]))
    }

    @Test func `hostile headers cost a time that grows with them`() {
        for piece in ["\r", "\r\0", " ", "f\r", "fr\n", "\r\n", "x\n", "\0"] {
            _ = authors(String(repeating: piece, count: 1_000_000))
            _ = authors("From: a@b.c\r\nno field" + String(repeating: piece, count: 1_000_000))
        }
    }
}
