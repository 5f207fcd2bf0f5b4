import Foundation

/// The form that mail has on the wire.
enum Wire {
    /// A mail of header lines and text, each line ending with CRLF.
    static func mail(_ header: [String], _ text: String) -> [UInt8] {
        Array((header + [""]).map { $0 + "\r\n" }.joined().utf8)
            + Array(text.split(separator: "\n", omittingEmptySubsequences: false).map { $0 + "\r\n" }.joined().utf8)
    }

    /// A small mail with this subject.
    static func mail(subject: String, _ text: String = "Hello.") -> [UInt8] {
        mail(
            [
                "From: Ann <ann@sender.example>", "To: user@example.org", "Subject: \(subject)",
                "Date: Mon, 2 Feb 2026 10:00:00 +0000", "Message-ID: <\(subject.hashValue.magnitude)@sender.example>",
            ], text)
    }

    /// A mail with an attachment of these octets.
    static func mail(subject: String, attachment: [UInt8]) -> [UInt8] {
        let lines = stride(from: 0, to: attachment.count, by: 57)
            .map { Data(attachment[$0..<min($0 + 57, attachment.count)]).base64EncodedString() }
        return mail(
            [
                "From: Ann <ann@sender.example>", "To: user@example.org", "Subject: \(subject)",
                "Date: Mon, 2 Feb 2026 10:00:00 +0000", "Message-ID: <\(subject.hashValue.magnitude)@sender.example>",
                "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=part",
            ],
            (["--part", "Content-Type: text/plain", "", "See the file.", "--part"]
                + [
                    "Content-Type: application/octet-stream", "Content-Disposition: attachment; filename=file.bin",
                    "Content-Transfer-Encoding: base64", "",
                ] + lines + ["--part--"]).joined(separator: "\n"))
    }

    /// With the dots that RFC 5321, section 4.5.2 asks for, and the end of the data.
    static func stuffed(_ mail: [UInt8]) -> [UInt8] {
        var wire: [UInt8] = []
        wire.reserveCapacity(mail.count + 8)
        var previous: UInt8 = 0x0A
        for octet in mail {
            if previous == 0x0A, octet == 0x2E { wire.append(octet) }
            wire.append(octet)
            previous = octet
        }
        return wire + Array(".\r\n".utf8)
    }
}
