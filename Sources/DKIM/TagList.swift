import Glibc

/// A list of tags and values as signatures and key records have it (RFC 6376, section 3.2), parsed strictly.
package struct TagList: Sendable {
    /// One tag.
    package struct Tag: Sendable {
        /// Where the name stands; case matters.
        package let name: Range<Int>
        /// The value without the white space around it.
        package let value: Range<Int>
        /// Everything between the equals sign and the next semicolon.
        package let rawValue: Range<Int>
    }

    /// The most tags of one list; real ones have fewer than 20.
    package static let maximumTags = 100
    /// The most octets of one list: four times a signature by a 4,096-bit key over 100 field names.
    package static let maximumLength = 16_384

    /// More than most signatures have.
    private static let usualTags = 16
    /// As many names of fields as most signatures have.
    private static let usualElements = 16

    /// The octets that the ranges point into.
    package let octets: [UInt8]
    /// The tags, in their order.
    package private(set) var tags: [Tag] = []

    /// Parses a list that is all of some octets.
    ///
    /// - Throws: ``Rejection`` as ``init(_:in:)`` does.
    package init(_ octets: [UInt8]) throws(Rejection) { try self.init(octets, in: octets.indices) }

    /// Parses a list that stands in a range of some octets.
    ///
    /// - Throws: ``Rejection`` with the result `neutral` for what breaks the grammar or a limit.
    package init(_ octets: [UInt8], in range: Range<Int>) throws(Rejection) {
        self.octets = octets
        guard range.count <= Self.maximumLength else {
            throw Rejection(.neutral, "tag list is longer than \(Self.maximumLength) octets")
        }
        tags.reserveCapacity(Self.usualTags)
        var position = range.lowerBound
        while position < range.upperBound {
            let end = place(of: UInt8(ascii: ";"), in: position..<range.upperBound) ?? range.upperBound
            let piece = trimmed(position..<end)
            // One semicolon may stand at the end of the list, with nothing but white space behind it.
            if piece.isEmpty, end == range.upperBound, !tags.isEmpty { break }
            try add(piece, until: end)
            position = end + 1
        }
        guard !tags.isEmpty else { throw Rejection(.neutral, "tag list is empty") }
    }

    private mutating func add(_ piece: Range<Int>, until end: Int) throws(Rejection) {
        guard let equals = place(of: UInt8(ascii: "="), in: piece) else {
            throw Rejection(.neutral, "tag list has a piece without an equals sign")
        }
        let name = trimmed(piece.lowerBound..<equals)
        guard isName(name) else {
            throw Rejection(.neutral, "tag list has a name of other than letters, digits and underscores")
        }
        let first = octets[name.lowerBound]
        for tag in tags where octets[tag.name.lowerBound] == first && tag.name.count == name.count {
            guard !octets[tag.name].elementsEqual(octets[name]) else {
                throw Rejection(.neutral, "tag \(text(name)) stands twice")
            }
        }
        guard tags.count < Self.maximumTags else {
            throw Rejection(.neutral, "tag list has more than \(Self.maximumTags) tags")
        }
        let value = trimmed(equals + 1..<piece.upperBound)
        guard !hasControl(value) else {
            throw Rejection(.neutral, "tag \(text(name)) has a control character")
        }
        tags.append(Tag(name: name, value: value, rawValue: equals + 1..<end))
    }

    private func isName(_ range: Range<Int>) -> Bool {
        guard let first = octets[range].first, first.isLetter else { return false }
        return octets[range].allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    }

    private func place(of octet: UInt8, in range: Range<Int>) -> Int? {
        octets.withUnsafeBytes { octets in
            let part = UnsafeRawBufferPointer(rebasing: octets[range])
            guard let start = part.baseAddress, let found = memchr(start, Int32(octet), part.count) else { return nil }
            return range.lowerBound + start.distance(to: UnsafeRawPointer(found))
        }
    }

    /// Whether a value has control characters beside white space; RFC 8616, section 5 adds what is beyond ASCII to those
    /// that are allowed.
    private func hasControl(_ value: Range<Int>) -> Bool {
        octets.withUnsafeBufferPointer { octets in
            // Without a way out of the loop the compiler looks at many octets at once.
            var found: UInt8 = 0
            for octet in UnsafeBufferPointer(rebasing: octets[value]) {
                let isWhiteSpace: UInt8 = octet == 0x09 || octet == 0x0A || octet == 0x0D ? 1 : 0
                let isLow: UInt8 = octet < 0x20 ? 1 : 0
                let isDelete: UInt8 = octet == 0x7F ? 1 : 0
                found |= isLow & (1 ^ isWhiteSpace) | isDelete
            }
            return found != 0
        }
    }

    /// The range without the white space at its ends.
    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, octets[start].isWhiteSpace { start += 1 }
        while end > start, octets[end - 1].isWhiteSpace { end -= 1 }
        return start..<end
    }

    /// The tag of a name.
    package subscript(name: StaticString) -> Tag? {
        octets.withUnsafeBytes { octets in
            tags.first { UnsafeRawBufferPointer(rebasing: octets[$0.name]).isText(name) }
        }
    }

    /// The octets of a tag's value; `nil` if there is no such tag.
    package func value(_ name: StaticString) -> ArraySlice<UInt8>? { self[name].map { octets[$0.value] } }

    /// The value of a tag as text; `nil` if there is no such tag.
    package func text(_ name: StaticString) -> String? { self[name].map { text($0.value) } }

    private func text(_ range: Range<Int>) -> String { String(decoding: octets[range], as: UTF8.self) }

    /// The value of a tag whose white space means nothing, without it, or the first octets of that.
    package func compactText(_ name: StaticString, first count: Int = .max) -> String? {
        value(name).map { value in
            String(unsafeUninitializedCapacity: min(value.count, count)) { text in
                var filled = 0
                for octet in value where !octet.isWhiteSpace {
                    guard filled < count else { break }
                    text[filled] = octet
                    filled += 1
                }
                return filled
            }
        }
    }

    /// The elements of a list with colons between them, in lower case and without white space.
    package func list(_ name: StaticString) -> [String]? {
        guard var rest = value(name) else { return nil }
        var elements: [String] = []
        elements.reserveCapacity(Self.usualElements)
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            elements.append(Self.element(rest[..<colon]))
            rest = rest[(colon + 1)...]
        }
        elements.append(Self.element(rest))
        return elements
    }

    private static func element(_ written: ArraySlice<UInt8>) -> String {
        String(unsafeUninitializedCapacity: written.count) { text in
            var filled = 0
            for octet in written where !octet.isWhiteSpace {
                text[filled] = octet.lowered
                filled += 1
            }
            return filled
        }
    }

    /// The value of a tag in base64, in which white space may stand anywhere.
    ///
    /// - Throws: ``Rejection`` if the tag is missing, empty or not base64.
    package func base64(_ name: StaticString) throws(Rejection) -> [UInt8] {
        guard let value = value(name) else { throw Rejection(.neutral, "tag \(name) is missing") }
        guard let decoded = Base64.decode(value) else {
            throw Rejection(.neutral, "tag \(name) is not base64")
        }
        guard !decoded.isEmpty else { throw Rejection(.neutral, "tag \(name) is empty") }
        return decoded
    }

    /// The value of a tag as a number of at most twelve digits (RFC 6376, section 3.5); `nil` if there is no such tag.
    ///
    /// - Throws: ``Rejection`` if it is no such number.
    package func number(_ name: StaticString) throws(Rejection) -> Int64? {
        guard let digits = value(name) else { return nil }
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
            throw Rejection(.neutral, "tag \(name) is not a number")
        }
        // RFC 6376, section 3.5: what is larger than the reader can hold counts as never.
        return Int64(String(decoding: digits, as: UTF8.self)) ?? .max
    }
}
