/// How a body is written so that it passes through old mail servers (RFC 2045, section 6).
public enum TransferEncoding: Sendable, Hashable {
    /// Lines of US-ASCII.
    case sevenBit
    /// Lines of any octets but zero.
    case eightBit
    /// Any octets.
    case binary
    /// Base64 (RFC 2045, section 6.8).
    case base64
    /// Quoted-printable (RFC 2045, section 6.7).
    case quotedPrintable
    /// Uuencode: never a standard, still met.
    case uuencode
    /// Something else, in lower case; such bodies are taken as they are.
    case unknown(String)

    /// Reads the value of a Content-Transfer-Encoding field, also misspelt in the ways that are common.
    init(parsing value: UnsafeRawBufferPointer) {
        var cursor = Cursor(value)
        cursor.skipComments()
        let token = cursor.takeToken()
        let names: [(StaticString, TransferEncoding)] = [
            ("7bit", .sevenBit), ("8bit", .eightBit), ("base64", .base64), ("quoted-printable", .quotedPrintable),
            ("binary", .binary), ("7-bit", .sevenBit), ("8-bit", .eightBit), ("base-64", .base64),
            ("quotedprintable", .quotedPrintable), ("quoted/printable", .quotedPrintable),
            ("x-uuencode", .uuencode), ("uuencode", .uuencode), ("x-uue", .uuencode), ("x-uu", .uuencode),
            ("uue", .uuencode),
        ]
        if let known = names.first(where: { token.equalsIgnoringCase($0.0) }) {
            self = known.1
        } else if token.isEmpty {
            // 7bit is what an absent field means (RFC 2045, section 6.1); an empty one or a string is looked into.
            let inner = value.trimmed
            let isQuoted = inner.count > 2 && inner[0] == ASCII.quote
            self = isQuoted ? TransferEncoding(parsing: inner.part(1..<(inner.count - 1))) : .sevenBit
        } else {
            self = .unknown(String(decoding: token.map(ASCII.lowercased), as: UTF8.self))
        }
    }

    /// Whether the body must be decoded before it is read.
    public var isEncoded: Bool {
        switch self {
        case .base64, .quotedPrintable, .uuencode: true
        default: false
        }
    }

    /// The octets that an encoded body stands for.
    func decode(_ body: UnsafeRawBufferPointer) -> [UInt8] {
        switch self {
        case .base64: Base64.decode(body)
        case .quotedPrintable: QuotedPrintable.decode(body)
        case .uuencode: UUEncoding.decode(body)
        case .sevenBit, .eightBit, .binary, .unknown: Array(body)
        }
    }
}
