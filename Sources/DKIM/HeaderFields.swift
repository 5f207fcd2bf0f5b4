package import Bytes
import Glibc

/// The fields of a message's header as they stand on the wire, found by name from the bottom up.
///
/// Lines end with LF or CRLF; the SMTP server has made CRLF of everything else before.
package struct HeaderFields: Sendable {
    /// One field.
    package struct Field: Sendable {
        /// Where the whole field stands, with its last line end.
        package let range: Range<Int>
        /// Where the name stands; empty for a line that is no field.
        package let name: Range<Int>
        /// Where the value begins: behind the colon.
        package let valueStart: Int
    }

    /// The most octets of a header: what the parser of messages takes, too.
    package static let maximumLength = 1_000_000
    /// The most fields of a header: what the parser of messages takes, too.
    package static let maximumFields = 5_000
    /// More than most headers have.
    private static let usualFields = 48
    /// What is said of a header beyond the limits.
    package static let excess = "header has more than \(maximumLength) octets or \(maximumFields) fields"

    /// The octets that the ranges point into: fields put before the message, then the message's header.
    package let octets: [UInt8]
    /// The fields, from the top.
    package private(set) var fields: [Field] = []
    /// Where the body begins in the content, behind the empty line.
    package let bodyStart: Int
    /// Whether a limit was met; such a header is never signed or verified.
    package private(set) var isTooLarge: Bool

    /// Finds the fields of some content, and of others that stand before it, each with its line end.
    package init(of content: Octets, below added: [String] = []) {
        let (header, body) = content.withUnsafeBytes { Self.split($0) }
        isTooLarge = header == nil
        bodyStart = body
        let own = content.array(0..<(header ?? 0))
        octets = added.isEmpty ? own : added.flatMap(\.utf8) + own
        guard !isTooLarge else { return }
        guard let found = octets.withUnsafeBytes({ Self.fields(in: $0) }) else {
            isTooLarge = true
            return
        }
        fields = found
    }

    /// All fields from the top; nothing if there are too many.
    private static func fields(in bytes: UnsafeRawBufferPointer) -> [Field]? {
        var fields: [Field] = []
        fields.reserveCapacity(usualFields)
        var start = 0
        while start < bytes.count {
            guard fields.count < maximumFields else { return nil }
            let end = endOfField(from: start, bytes)
            fields.append(field(start..<end, bytes))
            start = end
        }
        return fields
    }

    /// The lengths of the header and of everything before the body; no header if it is too long.
    private static func split(_ content: UnsafeRawBufferPointer) -> (header: Int?, body: Int) {
        var line = 0
        while line < content.count, line <= maximumLength {
            guard let base = content.baseAddress, let feed = memchr(base + line, 0x0A, content.count - line) else {
                break
            }
            let next = base.distance(to: UnsafeRawPointer(feed)) + 1
            let length = next - line
            if length == 1 || length == 2 && content[line] == 0x0D { return (line, next) }
            line = next
        }
        return (content.count <= maximumLength ? content.count : nil, content.count)
    }

    private static func endOfField(from start: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var position = start
        while let base = bytes.baseAddress, let feed = memchr(base + position, 0x0A, bytes.count - position) {
            position = base.distance(to: UnsafeRawPointer(feed)) + 1
            if position == bytes.count || !bytes[position].isBlank { return position }
        }
        return bytes.count
    }

    private static func field(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Field {
        let none = Field(range: range, name: range.lowerBound..<range.lowerBound, valueStart: range.lowerBound)
        guard let base = bytes.baseAddress, let colon = memchr(base + range.lowerBound, 0x3A, range.count) else {
            return none
        }
        let valueStart = base.distance(to: UnsafeRawPointer(colon)) + 1
        var end = valueStart - 1
        while end > range.lowerBound, bytes[end - 1].isBlank { end -= 1 }
        let written = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound..<end])
        // Anything but visible ASCII before the colon makes it no field (RFC 5322, section 2.2).
        for octet in written where !(0x21...0x7E).contains(octet) { return none }
        return Field(range: range, name: range.lowerBound..<end, valueStart: valueStart)
    }

    /// The fields of a name in lower case, from the top.
    package func all(_ name: String) -> [Field] {
        octets.withUnsafeBytes { bytes in fields.filter { Self.hasName(name, bytes[$0.name]) } }
    }

    /// How many fields of a name in lower case there are.
    package func count(of name: String) -> Int {
        octets.withUnsafeBytes { bytes in fields.count { Self.hasName(name, bytes[$0.name]) } }
    }

    /// Whether a name stands there, in whatever letter case.
    static func hasName(_ name: String, _ written: Slice<UnsafeRawBufferPointer>) -> Bool {
        let name = name.utf8
        guard name.count == written.count else { return false }
        return zip(name, written).allSatisfy { $0 == $1.lowered }
    }

    /// The fields that a list of names selects (RFC 6376, section 5.4.2).
    ///
    /// Each mention of a name takes the next field from the bottom; once there is none left, it takes nothing.
    package func selected(by names: [String]) -> [Field] {
        octets.withUnsafeBytes { bytes in
            var table = FieldTable(fields, bytes)
            return names.compactMap { table.take($0).map { fields[$0] } }
        }
    }

    /// A field's octets, with its line end.
    package func bytes(_ field: Field) -> ArraySlice<UInt8> { octets[field.range] }

    /// A field's octets up to its line end.
    package func line(_ field: Field) -> [UInt8] {
        var end = field.range.upperBound
        if end > field.range.lowerBound, octets[end - 1] == 0x0A { end -= 1 }
        if end > field.range.lowerBound, octets[end - 1] == 0x0D { end -= 1 }
        return Array(octets[field.range.lowerBound..<end])
    }
}
