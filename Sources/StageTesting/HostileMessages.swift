/// Messages that a stage must survive: what strangers send by accident and on purpose.
public enum HostileMessages {
    /// Names and contents.
    public static let all: [(name: String, content: [UInt8])] = [
        ("nothing at all", []),
        ("one line end", Array("\r\n".utf8)),
        ("no header", Array("\r\nonly a body\r\n".utf8)),
        ("no body", Array("Subject: only a header\r\n".utf8)),
        ("a header without an end", Array("Subject: unfinished".utf8)),
        ("NULs", [UInt8](repeating: 0, count: 10_000)),
        ("every octet", (0..<4_096).map { UInt8(truncatingIfNeeded: $0) }),
        ("bare line feeds", Array("Subject: a\nFrom: b@example.com\n\nbody\n".utf8)),
        ("bare carriage returns", Array("Subject: a\rFrom: b@example.com\r\rbody\r".utf8)),
        ("invalid UTF-8", Array("Subject: ".utf8) + [0xFF, 0xFE, 0xC0, 0x80] + Array("\r\n\r\n".utf8) + [0xED, 0xA0]),
        ("an endless line", Array("Subject: ".utf8) + [UInt8](repeating: 0x61, count: 1_000_000)),
        ("ten thousand fields", Array(repeating: Array("X: y\r\n".utf8), count: 10_000).flatMap(\.self)),
        ("a boundary that never comes", multipart(boundary: "x", body: "--y\r\n\r\nlost\r\n")),
        ("an empty boundary", multipart(boundary: "", body: "--\r\n\r\nlost\r\n----\r\n")),
        ("a thousand levels", nested(levels: 1_000)),
        ("ten thousand parts", multipart(boundary: "x", body: String(repeating: "--x\r\n\r\n", count: 10_000))),
        ("base64 that is none", encoded("base64", "!!!! not base64 ====\r\n=\r\n")),
        ("quoted-printable that ends early", encoded("quoted-printable", "a=\r\n=E\r\n=")),
        ("encoded words that lie", Array("Subject: =?utf-8?B?////?= =?x-unknown?Q?=FF?= =?utf-8?Q\r\n\r\n".utf8)),
        ("a name that climbs", attachment(name: "../../../../etc/passwd")),
        ("a name with everything", attachment(name: "\u{202E}gpj.exe\u{0}\\/:*?\"<>|")),
        ("a recipient field without end", Array("To: ".utf8) + [UInt8](repeating: 0x28, count: 100_000)),
        ("dates that do not exist", Array("Date: Thu, 99 Foo 99999 99:99:99 +9999\r\n\r\n".utf8)),
    ]

    private static func multipart(boundary: String, body: String) -> [UInt8] {
        Array("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n\(body)".utf8)
    }

    private static func encoded(_ encoding: String, _ body: String) -> [UInt8] {
        Array("Content-Type: text/plain\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n\(body)".utf8)
    }

    private static func attachment(name: String) -> [UInt8] {
        Array(
            """
            Content-Type: application/octet-stream; name="\(name)"\r
            Content-Disposition: attachment; filename="\(name)"\r
            Content-Transfer-Encoding: base64\r
            \r
            AAAA\r

            """.utf8)
    }

    private static func nested(levels: Int) -> [UInt8] {
        var text = ""
        for level in 0..<levels {
            text += "Content-Type: multipart/mixed; boundary=\"b\(level)\"\r\n\r\n--b\(level)\r\n"
        }
        return Array((text + "\r\nat the bottom\r\n").utf8)
    }
}
