import CBytes
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
        /// What tells the name from others.
        fileprivate let key: NameKey
    }

    /// The octets of a name as one number, by which it is told from others at once.
    ///
    /// Names that have more octets than the number are all the same to it, and have to be compared.
    fileprivate struct NameKey: Equatable {
        private let octets: UInt64

        init(_ name: UnsafeBufferPointer<UInt8>) {
            octets = name.count <= 8 ? name.reduce(0) { $0 << 8 | UInt64($1) } : 0
        }

        /// Whether no other name has this key.
        var isUnique: Bool { octets != 0 }
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
        try octets.withUnsafeBufferPointer { octets throws(Rejection) in
            // Of most lists one look at the whole is enough.
            let hasControl = Self.hasControl(UnsafeBufferPointer(rebasing: octets[range]))
            var position = range.lowerBound
            while position < range.upperBound {
                let end = Self.place(of: UInt8(ascii: ";"), in: position..<range.upperBound, octets) ?? range.upperBound
                let piece = Self.trimmed(position..<end, octets)
                // One semicolon may stand at the end of the list, with nothing but white space behind it.
                if piece.isEmpty, end == range.upperBound, !tags.isEmpty { break }
                try add(piece, until: end, octets, hasControl: hasControl)
                position = end + 1
            }
        }
        guard !tags.isEmpty else { throw Rejection(.neutral, "tag list is empty") }
    }

    private mutating func add(
        _ piece: Range<Int>, until end: Int, _ octets: UnsafeBufferPointer<UInt8>, hasControl: Bool
    ) throws(Rejection) {
        guard let equals = Self.place(of: UInt8(ascii: "="), in: piece, octets) else {
            throw Rejection(.neutral, "tag list has a piece without an equals sign")
        }
        let range = Self.trimmed(piece.lowerBound..<equals, octets)
        let name = UnsafeBufferPointer(rebasing: octets[range])
        guard Self.isName(name) else {
            throw Rejection(.neutral, "tag list has a name of other than letters, digits and underscores")
        }
        let key = NameKey(name)
        guard tag(name, key, octets) == nil else { throw Rejection(.neutral, "tag \(text(range)) stands twice") }
        guard tags.count < Self.maximumTags else {
            throw Rejection(.neutral, "tag list has more than \(Self.maximumTags) tags")
        }
        let value = Self.trimmed(equals + 1..<piece.upperBound, octets)
        if hasControl, Self.hasControl(UnsafeBufferPointer(rebasing: octets[value])) {
            throw Rejection(.neutral, "tag \(text(range)) has a control character")
        }
        tags.append(Tag(name: range, value: value, rawValue: equals + 1..<end, key: key))
    }

    private static func isName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = name.first, first.isLetter else { return false }
        return name.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") }
    }

    private static func place(of octet: UInt8, in range: Range<Int>, _ octets: UnsafeBufferPointer<UInt8>) -> Int? {
        let part = octets[range]
        guard let start = octets.baseAddress, let found = memchr(start + part.startIndex, Int32(octet), part.count)
        else { return nil }
        return UnsafeRawPointer(start).distance(to: UnsafeRawPointer(found))
    }

    /// Whether a value has control characters beside white space; RFC 8616, section 5 adds what is beyond ASCII to those
    /// that are allowed.
    private static func hasControl(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        // Without a way out of the loop the compiler looks at many octets at once.
        var found: UInt8 = 0
        for octet in value {
            let isWhiteSpace: UInt8 = octet == 0x09 || octet == 0x0A || octet == 0x0D ? 1 : 0
            let isLow: UInt8 = octet < 0x20 ? 1 : 0
            let isDelete: UInt8 = octet == 0x7F ? 1 : 0
            found |= isLow & (1 ^ isWhiteSpace) | isDelete
        }
        return found != 0
    }

    /// The range without the white space at its ends.
    private static func trimmed(_ range: Range<Int>, _ octets: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, octets[start].isWhiteSpace { start += 1 }
        while end > start, octets[end - 1].isWhiteSpace { end -= 1 }
        return start..<end
    }

    private func tag(
        _ name: UnsafeBufferPointer<UInt8>, _ key: NameKey, _ octets: UnsafeBufferPointer<UInt8>
    ) -> Tag? {
        for tag in tags where tag.key == key && (key.isUnique || octets[tag.name].elementsEqual(name)) { return tag }
        return nil
    }

    /// The tag of a name.
    package subscript(name: StaticString) -> Tag? {
        let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return octets.withUnsafeBufferPointer { tag(name, NameKey(name), $0) }
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
        guard let decoded = Self.decodeBase64(value) else {
            throw Rejection(.neutral, "tag \(name) is not base64")
        }
        guard !decoded.isEmpty else { throw Rejection(.neutral, "tag \(name) is empty") }
        return decoded
    }

    /// Decodes what is mostly folded anywhere in its groups, so that it is read faster once it is unfolded.
    private static func decodeBase64(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        value.withUnsafeBytes { value in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: value.count) { text in
                let count = sluice_remove_blanks(value.baseAddress, value.count, text.baseAddress)
                return Base64.decode(UnsafeBufferPointer(rebasing: text[..<count]))
            }
        }
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
