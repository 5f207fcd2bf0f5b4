/// Mails of our own, with attachments as mail programs write them, and as broken ones do.
enum Fixtures {
    static let mails = [
        part("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=\r\n"),
        part("\r\n\r\nQUJDREVGR0hJSktM\r\nTU5PUFFSU1RVVldY\r\nWVo=\r\n\r\n\r\n"),
        part("QUJDREVGR0hJSktM\nTU5PUFFSU1RVVldY\nWVo=\n").replacing("\r\n", with: "\n"),
        part("QUJDREVGR0hJSktM\r\nTU5PUFFSU1RVVldY\nWVo=\r\n"),
        part("QUJDREVGR0hJSktM\r\nTU5PUFFSU1RVVldYWVo\r\n"),
        part("QUJDREVGR0hJSktM\r\nA list added this line.\r\n"),
        part(""),
    ]

    private static func part(_ body: String) -> String {
        let head = [
            "From: Ada <ada@example.org>", "Subject: a picture", "MIME-Version: 1.0",
            #"Content-Type: multipart/mixed; boundary="edge""#, "", "--edge", "Content-Type: text/plain", "", "See.",
            "--edge", "Content-Type: image/png", "Content-Transfer-Encoding: base64", "", "",
        ]
        return head.joined(separator: "\r\n") + body + "--edge--\r\n"
    }
}
