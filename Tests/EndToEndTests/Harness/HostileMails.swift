/// Mails that nobody writes by hand.
enum HostileMails {
    /// Each with a name.
    static let all: [(name: String, mail: [UInt8])] = [
        ("empty", []),
        ("an empty line", text("\r\n")),
        ("no header", text("\r\njust text\r\n")),
        ("a header without an end", text("Subject: x\r\n")),
        ("every octet but CR and LF", (0...255).filter { $0 != 10 && $0 != 13 } + [13, 10]),
        ("a long line", text("Subject: " + String(repeating: "y", count: 200_000) + "\r\n\r\n")),
        ("many header fields", text(String(repeating: "X-A: b\r\n", count: 20_000) + "\r\nend\r\n")),
        ("many received fields", text(String(repeating: "Comments: Received\r\n", count: 2_000) + "\r\nend\r\n")),
        ("nested parts", nested(2_000)),
        ("parts without an end", text("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n--a\r\n--a\r\n")),
        ("a boundary in itself", text("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n----\r\n")),
        (
            "many parts",
            text(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                    + String(repeating: "--b\r\n\r\nz\r\n", count: 20_000))
        ),
        (
            "encoded words without an end",
            text("Subject: " + String(repeating: "=?utf-8?q?", count: 10_000) + "\r\n\r\n")
        ),
        (
            "many addresses",
            text("To: " + String(repeating: "a@b.example,\r\n ", count: 10_000) + "c@d.example\r\n\r\n")
        ),
        (
            "broken HTML",
            text("Content-Type: text/html\r\n\r\n" + String(repeating: "<div <!-- ", count: 20_000) + "\r\n")
        ),
        ("a bad date", text("Date: 99 Foo 0000 99:99:99 +9999\r\nSubject: d\r\n\r\nd\r\n")),
    ]

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func nested(_ depth: Int) -> [UInt8] {
        var mail = ""
        for level in 0..<depth {
            mail += "Content-Type: multipart/mixed; boundary=n\(level)\r\n\r\n--n\(level)\r\n"
        }
        return text(mail + "\r\nthe core\r\n")
    }
}
