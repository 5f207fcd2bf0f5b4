package import Bytes
import Glibc

/// The fields of a message's header as they stand on the wire, found by name from the bottom up.
///
/// Lines end with LF or CRLF; the SMTP server has made CRLF of everything else before.
package struct HeaderFields: Sendable {
    /// One field.
    package struct Field: Sendable {
        /// The name in lower case; empty for a line that is no field.
        package let name: String
        /// Where the whole field stands, with its last line end.
        package let range: Range<Int>
        /// Where the value begins: behind the colon.
        package let valueStart: Int
    }

    /// The most octets of a header: what the parser of messages takes, too.
    package static let maximumLength = 1_000_000
    /// The most fields of a header: what the parser of messages takes, too.
    package static let maximumFields = 5_000
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
    private var places: [String: [Int]] = [:]

    /// Finds the fields of some content, and of others that stand before it, each with its line end.
    package init(of content: Octets, below added: [String] = []) {
        let (header, body) = content.withUnsafeBytes { Self.split($0) }
        isTooLarge = header == nil
        bodyStart = body
        octets = added.flatMap(\.utf8) + content.array(0..<(header ?? 0))
        var start = 0
        while start < octets.count, !isTooLarge {
            let end = endOfField(from: start)
            if fields.count == Self.maximumFields {
                isTooLarge = true
            } else {
                append(start..<end)
            }
            start = end
        }
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

    private func endOfField(from start: Int) -> Int {
        var position = start
        while let feed = octets[position...].firstIndex(of: 0x0A) {
            position = feed + 1
            if position == octets.count || !octets[position].isBlank { return position }
        }
        return octets.count
    }

    private mutating func append(_ range: Range<Int>) {
        var name = ""
        var valueStart = range.lowerBound
        if let colon = octets[range].firstIndex(of: UInt8(ascii: ":")) {
            var end = colon
            while end > range.lowerBound, octets[end - 1].isBlank { end -= 1 }
            // Anything but visible ASCII before the colon makes it no field (RFC 5322, section 2.2).
            if octets[range.lowerBound..<end].allSatisfy({ (0x21...0x7E).contains($0) }) {
                name = String(decoding: octets[range.lowerBound..<end].map(\.lowered), as: UTF8.self)
                valueStart = colon + 1
            }
        }
        places[name, default: []].append(fields.count)
        fields.append(Field(name: name, range: range, valueStart: valueStart))
    }

    /// The fields of a name in lower case, from the top.
    package func all(_ name: String) -> [Field] {
        (places[name] ?? []).map { fields[$0] }
    }

    /// How many fields of a name in lower case there are.
    package func count(of name: String) -> Int { places[name]?.count ?? 0 }

    /// The fields that a list of names selects (RFC 6376, section 5.4.2).
    ///
    /// Each mention of a name takes the next field from the bottom; once there is none left, it takes nothing.
    package func selected(by names: [String]) -> [Field] {
        var used: [String: Int] = [:]
        var chosen: [Field] = []
        for name in names {
            guard let candidates = places[name] else { continue }
            let count = used[name, default: 0]
            guard count < candidates.count else { continue }
            used[name] = count + 1
            chosen.append(fields[candidates[candidates.count - 1 - count]])
        }
        return chosen
    }

    /// A field's octets, with its line end.
    package func bytes(_ field: Field) -> ArraySlice<UInt8> { octets[field.range] }

    /// A field's octets up to its line end.
    package func line(_ field: Field) -> [UInt8] {
        var bytes = octets[field.range]
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return Array(bytes)
    }
}
