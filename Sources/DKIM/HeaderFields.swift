package import Bytes
import CBytes
import Glibc

/// The fields of a message's header as they stand on the wire, found by name from the bottom up.
///
/// Lines end with LF or CRLF; the SMTP server has made CRLF of everything else before.
package struct HeaderFields: Sendable {
    /// One field.
    ///
    /// A header has few octets, so that small numbers do; of most messages the fields then take less than a kilobyte.
    package struct Field: Sendable {
        private let start: UInt32
        private let end: UInt32
        private let nameEnd: UInt32
        private let valueOffset: UInt32

        init(range: Range<Int>, nameEnd: Int, valueStart: Int) {
            start = UInt32(range.lowerBound)
            end = UInt32(range.upperBound)
            self.nameEnd = UInt32(nameEnd)
            valueOffset = UInt32(valueStart)
        }

        /// Where the whole field stands, with its last line end.
        package var range: Range<Int> { Int(start)..<Int(end) }
        /// Where the name stands; empty for a line that is no field.
        package var name: Range<Int> { Int(start)..<Int(nameEnd) }
        /// Where the value begins: behind the colon.
        package var valueStart: Int { Int(valueOffset) }
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
    package let fields: [Field]
    /// Where the body begins in the content, behind the empty line.
    package let bodyStart: Int
    /// Whether a limit was met; such a header is never signed or verified.
    package let isTooLarge: Bool

    /// Finds the fields of some content, and of others that stand before it, each with its line end.
    package init(of content: Octets, below added: [String] = []) {
        let own = content.withUnsafeBytes { Self.header(in: $0, limit: Self.maximumLength) }
        let octets = content.array(0..<(own?.end ?? 0))
        bodyStart = own?.bodyStart ?? content.count
        if own == nil || added.isEmpty {
            self.octets = octets
            isTooLarge = own == nil
            fields = own?.fields ?? []
        } else {
            self.octets = added.flatMap(\.utf8) + octets
            let all = self.octets.withUnsafeBytes { Self.header(in: $0, limit: .max) }
            isTooLarge = all == nil
            fields = all?.fields ?? []
        }
    }

    /// All fields from the top, and where the empty line behind them stands and ends; nothing beyond a limit.
    private static func header(
        in bytes: UnsafeRawBufferPointer, limit: Int
    ) -> (fields: [Field], end: Int, bodyStart: Int)? {
        var fields: [Field] = []
        fields.reserveCapacity(usualFields)
        var start = 0
        while start < bytes.count, start <= limit {
            if let bodyStart = endOfEmptyLine(at: start, bytes) { return (fields, start, bodyStart) }
            guard fields.count < maximumFields else { return nil }
            let field = field(at: start, bytes)
            fields.append(field)
            start = field.range.upperBound
        }
        return bytes.count <= limit ? (fields, bytes.count, bytes.count) : nil
    }

    /// Whether some content is far within the limits and has no line that begins so, with a letter and all in lower case:
    /// then no field's name does.
    ///
    /// It costs a fraction of finding all fields.
    package static func areNone(beginning prefix: StaticString, in content: Octets) -> Bool {
        content.withUnsafeBytes { bytes in
            // A field has two octets or more, but for one at the end of all.
            let limit = min(bytes.count, 2 * maximumFields)
            var start = 0
            while true {
                start = sluice_find_line(bytes.baseAddress, limit, start, prefix.utf8Start[0])
                guard start < limit else { return limit == bytes.count }
                if endOfEmptyLine(at: start, bytes) != nil { return true }
                if begins(bytes, at: start, with: prefix) { return false }
                start = endOfLine(from: start, bytes)
            }
        }
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, at start: Int, with prefix: StaticString) -> Bool {
        guard bytes.count - start >= prefix.utf8CodeUnitCount else { return false }
        for offset in 0..<prefix.utf8CodeUnitCount where bytes[start + offset].lowered != prefix.utf8Start[offset] {
            return false
        }
        return true
    }

    private static func endOfEmptyLine(at start: Int, _ bytes: UnsafeRawBufferPointer) -> Int? {
        if bytes[start] == 0x0A { return start + 1 }
        return bytes[start] == 0x0D && start + 1 < bytes.count && bytes[start + 1] == 0x0A ? start + 2 : nil
    }

    private static func endOfLine(from start: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress, let feed = memchr(base + start, 0x0A, bytes.count - start) else {
            return bytes.count
        }
        return base.distance(to: UnsafeRawPointer(feed)) + 1
    }

    private static func endOfField(from start: Int, _ bytes: UnsafeRawBufferPointer) -> Int {
        var position = start
        repeat { position = endOfLine(from: position, bytes) } while position < bytes.count && bytes[position].isBlank
        return position
    }

    /// The field that begins there (RFC 5322, sections 2.2 and 4.5: blanks may stand before the colon).
    private static func field(at start: Int, _ bytes: UnsafeRawBufferPointer) -> Field {
        var read = sluice_field()
        guard sluice_read_field(bytes.baseAddress, bytes.count, start, &read) != 0 else {
            // Anything but visible ASCII before the colon makes it no field.
            return Field(range: start..<endOfField(from: start, bytes), nameEnd: start, valueStart: start)
        }
        return Field(range: start..<read.end, nameEnd: read.name_end, valueStart: read.colon + 1)
    }

    /// The fields of a name in lower case, from the top.
    package func all(_ name: String) -> [Field] {
        withName(name) { name, bytes in fields.filter { Self.isName(name, .init(rebasing: bytes[$0.name])) } }
    }

    /// How many fields of a name in lower case there are.
    package func count(of name: String) -> Int {
        withName(name) { name, bytes in fields.count { Self.isName(name, .init(rebasing: bytes[$0.name])) } }
    }

    private func withName<Found>(
        _ name: String, _ find: (_ name: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer) -> Found
    ) -> Found {
        var name = name
        return name.withUTF8 { name in octets.withUnsafeBytes { find(UnsafeRawBufferPointer(name), $0) } }
    }

    /// Whether a name in lower case stands there, in whatever letter case.
    static func isName(_ name: UnsafeRawBufferPointer, _ written: UnsafeRawBufferPointer) -> Bool {
        guard name.count == written.count else { return false }
        for place in 0..<name.count where name[place] != written[place].lowered { return false }
        return true
    }

    /// The fields that a list of names selects (RFC 6376, section 5.4.2).
    ///
    /// Each mention of a name takes the next field from the bottom; once there is none left, it takes nothing.
    package func selected(by names: FieldNames) -> [Field] {
        octets.withUnsafeBytes { bytes in
            if fields.count <= Self.fewFields, names.count <= Self.fewNames { return selectedOfFew(by: names, bytes) }
            var table = FieldTable(fields, bytes)
            var selected: [Field] = []
            names.forEach { name in
                if let place = table.take(name) { selected.append(fields[place]) }
            }
            return selected
        }
    }

    /// So many fields and names, as most messages have, need one bit for each field: a table would take longer.
    private static let (fewFields, fewNames) = (UInt64.bitWidth, 16)

    private func selectedOfFew(by names: FieldNames, _ bytes: UnsafeRawBufferPointer) -> [Field] {
        var selected: [Field] = []
        selected.reserveCapacity(names.count)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.alikeGroups) { left in
            // The fields that are left, one bit each, in groups of those whose names may be the same.
            left.initialize(repeating: 0)
            for (place, field) in fields.enumerated() {
                left[Self.alikeGroup(.init(rebasing: bytes[field.name]))] |= 1 << UInt64(place)
            }
            names.forEach { name in
                let group = Self.alikeGroup(name)
                var candidates = left[group]
                while candidates != 0 {
                    let place = UInt64.bitWidth - 1 - candidates.leadingZeroBitCount
                    candidates ^= 1 << UInt64(place)
                    guard Self.isName(name, .init(rebasing: bytes[fields[place].name])) else { continue }
                    left[group] ^= 1 << UInt64(place)
                    selected.append(fields[place])
                    break
                }
            }
        }
        return selected
    }

    private static let alikeGroups = 64

    /// The same number for a name in whatever letter case; few names of most messages have the same.
    private static func alikeGroup(_ name: UnsafeRawBufferPointer) -> Int {
        // The letters' cases differ in another bit.
        (Int((name.first ?? 0) & 0x1F) &+ 5 &* name.count) & (alikeGroups - 1)
    }

    /// A field's octets, with its line end.
    package func bytes(_ field: Field) -> ArraySlice<UInt8> { octets[field.range] }

    /// Where a field stands without its last line end.
    private func lineRange(_ field: Field) -> Range<Int> {
        var end = field.range.upperBound
        if end > field.range.lowerBound, octets[end - 1] == 0x0A { end -= 1 }
        if end > field.range.lowerBound, octets[end - 1] == 0x0D { end -= 1 }
        return field.range.lowerBound..<end
    }

    /// A field's octets up to its line end.
    package func line(_ field: Field) -> ArraySlice<UInt8> { octets[lineRange(field)] }

    /// A field's octets up to its line end, without those of a range of it.
    package func line(_ field: Field, without hole: Range<Int>) -> [UInt8] {
        let range = lineRange(field)
        var line: [UInt8] = []
        line.reserveCapacity(range.count - hole.count)
        line += octets[range.lowerBound..<hole.lowerBound]
        line += octets[hole.upperBound..<range.upperBound]
        return line
    }

    /// The tags that are a field's value.
    ///
    /// - Throws: ``Rejection`` as ``TagList`` does.
    package func tags(of field: Field) throws(Rejection) -> TagList {
        try TagList(octets, in: field.valueStart..<lineRange(field).upperBound)
    }
}
