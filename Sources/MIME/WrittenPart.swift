import CBytes

/// One part to write: a text, a file, a message, or a multipart of others.
public indirect enum WrittenPart: Sendable {
    /// A text; line feeds become CRLF.
    case text(String, subtype: String = "plain")
    /// A file.
    case file(MessageWriter.Attachment)
    /// Another message, octet for octet; it should have lines of at most 998 octets.
    case message([UInt8])
    /// Fields for programs, such as those of a report: a type under `message` or `text`, and lines of ASCII.
    case fields(type: String, [UInt8])
    /// Parts under a subtype such as `mixed`, with more parameters such as `report-type`.
    case multipart(subtype: String, parameters: [(name: String, value: String)] = [], [WrittenPart])

    /// The part with its header.
    var octets: [UInt8] {
        switch self {
        case .text(let text, let subtype):
            let header = """
                Content-Type: text/\(subtype); charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r

                """
            return Array(header.utf8) + QuotedPrintable.encode(text)
        case .file(let attachment): return Self.file(attachment)
        case .message(let octets):
            let encoding = Self.encoding(of: octets)
            return Array("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n".utf8) + octets
        case .fields(let type, let octets):
            return Array("Content-Type: \(type)\r\n\r\n".utf8) + octets
        case .multipart(let subtype, let parameters, let parts):
            return Self.multipart(subtype, parameters, parts.map(\.octets))
        }
    }

    /// The encoding that a message within needs; one that changes octets is not allowed (RFC 2046, section 5.2.1).
    private static func encoding(of octets: [UInt8]) -> String {
        if octets.contains(0) { return "binary" }
        return octets.contains { $0 >= 0x80 } ? "8bit" : "7bit"
    }

    private static func file(_ attachment: MessageWriter.Attachment) -> [UInt8] {
        var header = FieldWriter.folded(name: "Content-Type", value: attachment.type)
        header += "Content-Disposition: attachment;\r\n"
        header += FieldWriter.extendedParameter("filename", attachment.filename)
        header += "Content-Transfer-Encoding: base64\r\n\r\n"
        var output = Array(header.utf8)
        let encoded = Base64.encode(attachment.content)
        output.reserveCapacity(output.count + encoded.count / 76 * 78 + 78)
        for start in stride(from: 0, to: encoded.count, by: 76) {
            if start > 0 { output += [ASCII.carriageReturn, ASCII.lineFeed] }
            output += encoded[start..<min(start + 76, encoded.count)]
        }
        return output
    }

    private static func multipart(
        _ subtype: String, _ parameters: [(name: String, value: String)], _ parts: [[UInt8]]
    ) -> [UInt8] {
        let boundary = boundary(for: parts)
        var header = "Content-Type: multipart/\(subtype); boundary=\"\(boundary)\""
        for parameter in parameters { header += ";\r\n \(parameter.name)=\(MailAddress.quoted(parameter.value))" }
        var output = Array("\(header)\r\n\r\n".utf8)
        for part in parts {
            output += Array("--\(boundary)\r\n".utf8) + part + [ASCII.carriageReturn, ASCII.lineFeed]
        }
        return output + Array("--\(boundary)--\r\n".utf8)
    }

    /// A boundary that stands in none of the parts: the first number that does not.
    private static func boundary(for parts: [[UInt8]]) -> String {
        var number = 0
        while true {
            // Neither base64 nor quoted-printable ever has these two characters side by side (RFC 2045, section 6.7).
            let boundary = "=_sluice-\(number)"
            if !parts.contains(where: { contains($0, boundary) }) { return boundary }
            number += 1
        }
    }

    private static func contains(_ octets: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return octets.withUnsafeBytes { sluice_memmem($0.baseAddress, $0.count, wanted, wanted.count) != nil }
    }
}
