public import Bytes

/// Builds messages: a header, and a text with attachments or any tree of parts; what it writes, ``ParsedMessage`` reads back exactly.
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
    /// What the body is, where a text and attachments are not enough; these are then left out.
    public var body: WrittenPart?

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
        return Array(output.utf8) + content.octets
    }

    private var content: WrittenPart {
        if let body { return body }
        guard !attachments.isEmpty else { return .text(text) }
        return .multipart(subtype: "mixed", [.text(text)] + attachments.map { .file($0) })
    }
}
