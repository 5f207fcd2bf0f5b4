package import Bytes
import CBytes
import Glibc

/// Finds the fields of a message that claim to be ours (RFC 8601, section 5).
///
/// It looks at every line up to the first empty one, whatever the parser makes of the header, so that nothing that some
/// reader could take for a field stays.
package enum ForgedFields {
    /// The content without `Authentication-Results` fields of a service; nil if there are none, which is the rule.
    ///
    /// A field that names no service, but has our name somewhere, is removed too.
    ///
    /// - Complexity: O(n) in the size of the header.
    package static func removing(_ service: String, from content: Octets) -> Octets? {
        remains(of: content, without: service).map { ranges in
            var kept: [UInt8] = []
            kept.reserveCapacity(content.count)
            for range in ranges { content.withUnsafeBytes(in: range) { kept.append(contentsOf: $0) } }
            return Octets(kept)
        }
    }

    /// Where the octets stand that ``removing(_:from:)`` keeps.
    package static func remains(of content: Octets, without service: String) -> [Range<Int>]? {
        let forged = content.withUnsafeBytes { bytes in
            fields(in: bytes).filter { isForged(bytes[$0.value], service) }.map(\.whole)
        }
        guard !forged.isEmpty else { return nil }
        let starts = [0] + forged.map(\.upperBound)
        let ends = forged.map(\.lowerBound) + [content.count]
        return zip(starts, ends).map { $0..<$1 }
    }

    private static func isForged(_ value: Slice<UnsafeRawBufferPointer>, _ service: String) -> Bool {
        if let field = ResultsField(parsing: value) { return field.isFrom(service) }
        return String(decoding: value, as: UTF8.self).lowercased().contains(service.lowercased())
    }

    private static func fields(in bytes: UnsafeRawBufferPointer) -> [(whole: Range<Int>, value: Range<Int>)] {
        var found: [(whole: Range<Int>, value: Range<Int>)] = []
        var position = 0
        while true {
            // Nearly all lines begin with another letter.
            position = sluice_find_line(bytes.baseAddress, bytes.count, position, UInt8(ascii: "a"))
            if position == bytes.count { break }
            var end = endOfLine(at: position, in: bytes)
            if isEmptyLine(position..<end, bytes) { break }
            guard let value = value(of: position..<end, bytes) else {
                position = end
                continue
            }
            while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end = endOfLine(at: end, in: bytes) }
            found.append((position..<end, value..<end))
            position = end
        }
        return found
    }

    /// Where the value starts if a line begins our field; blanks may stand before the colon (RFC 5322, section 4.5).
    private static func value(of line: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Int? {
        let name = ResultsField.name.utf8
        guard line.count > name.count else { return nil }
        for (offset, octet) in name.enumerated() where bytes[line.lowerBound + offset] | 0x20 != octet | 0x20 {
            return nil
        }
        var position = line.lowerBound + name.count
        while position < line.upperBound, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        return position < line.upperBound && bytes[position] == UInt8(ascii: ":") ? position + 1 : nil
    }

    private static func isEmptyLine(_ line: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        line.allSatisfy { bytes[$0] == 0x0D || bytes[$0] == 0x0A }
    }

    private static func endOfLine(at start: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress, let feed = memchr(base + start, 0x0A, bytes.count - start) else {
            return bytes.count
        }
        return base.distance(to: UnsafeRawPointer(feed)) + 1
    }
}
