public import Bytes

/// Builds simple messages: a header, a text, and attachments; what it writes, ``ParsedMessage`` reads back exactly.
///
/// Lines end in CRLF and hold at most 76 octets where their content lets them. No value can start a field of its own:
/// control characters become spaces (RFC 5322, section 2.2).
public struct MessageWriter: Sendable {
    /// A file to send along.
    public struct Attachment: Sendable {
        /// The name that is shown.
        public var filename: String
        /// The type, as in `application/pdf`.
        public var type: String
        /// The content.
        public var content: [UInt8]

        /// A file.
        public init(filename: String, type: String = "application/octet-stream", content: [UInt8]) {
            self.filename = filename
            self.type = type
            self.content = content
        }
    }

    /// Fields in order: a name and its value as people read it.
    private var fields: [(name: String, value: String)] = []
    /// The text that is shown; line feeds become CRLF.
    public var text = ""
    /// The files after the text.
    public var attachments: [Attachment] = []
    /// What separates the parts; it must not stand in any of them at a line's start, which encodings here make sure of.
    public var boundary = "=_sluice-part"

    /// A message with nothing in it.
    public init() {}

    /// Adds a field of plain text, such as a subject; what is not ASCII is written in encoded words.
    public mutating func addField(_ name: String, text: String) {
        fields.append((name, FieldWriter.encodedText(text)))
    }

    /// Adds a field of mailboxes.
    public mutating func addField(_ name: String, addresses: [MailAddress]) {
        fields.append((name, addresses.map(FieldWriter.mailbox).joined(separator: ", ")))
    }

    /// Adds a date field, in UTC (RFC 5322, section 3.3).
    public mutating func addField(_ name: String, date: Timestamp) {
        fields.append((name, DateWriter.text(date)))
    }

    /// Adds a field whose value is written as it is, such as message ids.
    public mutating func addField(_ name: String, structured value: String) {
        fields.append((name, value))
    }

    /// The message.
    public func message() -> [UInt8] {
        var output = ""
        for (name, value) in fields { output += FieldWriter.folded(name: name, value: value) }
        output += "MIME-Version: 1.0\r\n"
        var octets: [UInt8]
        if attachments.isEmpty {
            octets = Array(output.utf8) + textPart
        } else {
            output += "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n"
            octets = Array("\(output)--\(boundary)\r\n".utf8) + textPart
            for attachment in attachments {
                octets += Array("\r\n--\(boundary)\r\n".utf8)
                octets += part(attachment)
            }
            octets += Array("\r\n--\(boundary)--\r\n".utf8)
        }
        return octets
    }

    private var textPart: [UInt8] {
        let header =
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        return Array(header.utf8) + QuotedPrintable.encode(text)
    }

    private func part(_ attachment: Attachment) -> [UInt8] {
        var header = FieldWriter.folded(name: "Content-Type", value: attachment.type)
        header += "Content-Disposition: attachment;\r\n"
        header += FieldWriter.extendedParameter("filename", attachment.filename)
        header += "Content-Transfer-Encoding: base64\r\n\r\n"
        var output = Array(header.utf8)
        let encoded = Base64.encode(attachment.content)
        for start in stride(from: 0, to: encoded.count, by: 76) {
            if start > 0 { output += [ASCII.carriageReturn, ASCII.lineFeed] }
            output += encoded[start..<min(start + 76, encoded.count)]
        }
        return output
    }
}
