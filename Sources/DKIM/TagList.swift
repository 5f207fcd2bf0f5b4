/// A list of tags and values as signatures and key records have it (RFC 6376, section 3.2), parsed strictly.
package struct TagList: Sendable {
    /// One tag.
    package struct Tag: Sendable {
        /// The name; case matters.
        package let name: String
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
    /// As many names of fields as most signatures have, and how long these are.
    private static let (usualElements, usualElement) = (16, 32)

    /// The octets that the ranges point into.
    package let octets: [UInt8]
    /// The tags, in their order.
    package private(set) var tags: [Tag] = []

    /// Parses a list that begins at an offset of some octets and ends with them.
    ///
    /// - Throws: ``Rejection`` with the result `neutral` for what breaks the grammar or a limit.
    package init(_ octets: [UInt8], from start: Int = 0) throws(Rejection) {
        self.octets = octets
        guard octets.count - start <= Self.maximumLength else {
            throw Rejection(.neutral, "tag list is longer than \(Self.maximumLength) octets")
        }
        tags.reserveCapacity(Self.usualTags)
        var position = start
        while position < octets.count {
            let end = octets[position...].firstIndex(of: UInt8(ascii: ";")) ?? octets.count
            let piece = trimmed(position..<end)
            // One semicolon may stand at the end of the list, with nothing but white space behind it.
            if piece.isEmpty, end == octets.count, !tags.isEmpty { break }
            try add(piece, until: end)
            position = end + 1
        }
        guard !tags.isEmpty else { throw Rejection(.neutral, "tag list is empty") }
    }

    private mutating func add(_ piece: Range<Int>, until end: Int) throws(Rejection) {
        guard let equals = octets[piece].firstIndex(of: UInt8(ascii: "=")) else {
            throw Rejection(.neutral, "tag list has a piece without an equals sign")
        }
        let nameRange = trimmed(piece.lowerBound..<equals)
        guard let first = octets[nameRange].first, first.isLetter,
            octets[nameRange].allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") })
        else { throw Rejection(.neutral, "tag list has a name of other than letters, digits and underscores") }
        let name = String(decoding: octets[nameRange], as: UTF8.self)
        guard !tags.contains(where: { $0.name == name }) else {
            throw Rejection(.neutral, "tag \(name) stands twice")
        }
        guard tags.count < Self.maximumTags else {
            throw Rejection(.neutral, "tag list has more than \(Self.maximumTags) tags")
        }
        let value = trimmed(equals + 1..<piece.upperBound)
        guard !hasControl(value) else {
            throw Rejection(.neutral, "tag \(name) has a control character")
        }
        tags.append(Tag(name: name, value: value, rawValue: equals + 1..<end))
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
    package subscript(name: String) -> Tag? {
        for index in tags.indices where tags[index].name == name { return tags[index] }
        return nil
    }

    /// The value of a tag as text; `nil` if there is no such tag.
    package func text(_ name: String) -> String? {
        self[name].map { String(decoding: octets[$0.value], as: UTF8.self) }
    }

    /// The value of a tag whose white space means nothing, without it.
    package func compactText(_ name: String) -> String? {
        self[name].map { tag in String(decoding: octets[tag.value].lazy.filter { !$0.isWhiteSpace }, as: UTF8.self) }
    }

    /// The first characters of a tag's value, without white space.
    package func compactText(_ name: String, first count: Int) -> String? {
        self[name].map { tag in
            var start: [UInt8] = []
            for octet in octets[tag.value] where !octet.isWhiteSpace {
                guard start.count < count else { break }
                start.append(octet)
            }
            return String(decoding: start, as: UTF8.self)
        }
    }

    /// The elements of a list with colons between them, in lower case and without white space.
    package func list(_ name: String) -> [String]? {
        guard let tag = self[name] else { return nil }
        var elements: [String] = []
        var element: [UInt8] = []
        elements.reserveCapacity(Self.usualElements)
        element.reserveCapacity(Self.usualElement)
        for octet in octets[tag.value] where !octet.isWhiteSpace {
            if octet == UInt8(ascii: ":") {
                elements.append(String(decoding: element, as: UTF8.self))
                element.removeAll(keepingCapacity: true)
            } else {
                element.append(octet.lowered)
            }
        }
        elements.append(String(decoding: element, as: UTF8.self))
        return elements
    }

    /// The value of a tag in base64, in which white space may stand anywhere.
    ///
    /// - Throws: ``Rejection`` if the tag is missing, empty or not base64.
    package func base64(_ name: String) throws(Rejection) -> [UInt8] {
        guard let tag = self[name] else { throw Rejection(.neutral, "tag \(name) is missing") }
        guard let decoded = Base64.decode(octets[tag.value]) else {
            throw Rejection(.neutral, "tag \(name) is not base64")
        }
        guard !decoded.isEmpty else { throw Rejection(.neutral, "tag \(name) is empty") }
        return decoded
    }

    /// The value of a tag as a number of at most twelve digits (RFC 6376, section 3.5); `nil` if there is no such tag.
    ///
    /// - Throws: ``Rejection`` if it is no such number.
    package func number(_ name: String) throws(Rejection) -> Int64? {
        guard let tag = self[name] else { return nil }
        let digits = octets[tag.value]
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else {
            throw Rejection(.neutral, "tag \(name) is not a number")
        }
        // RFC 6376, section 3.5: what is larger than the reader can hold counts as never.
        return Int64(String(decoding: digits, as: UTF8.self)) ?? .max
    }
}
