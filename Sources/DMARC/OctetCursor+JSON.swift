import Bytes

/// What rows of reports are made of (RFC 8259).
extension OctetCursor {
    /// The most characters of a stranger's text that are kept.
    private static let maximumText = 2_000
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Writes a text of the program, such as the name of a member, and a string behind it, which takes at most two octets
    /// for each of its own and two more.
    mutating func put(_ name: StaticString, quoted text: String) {
        put(name)
        put(Self.quote)
        put(inString: text)
        put(Self.quote)
    }

    /// Writes a part of a string (section 7), which takes at most two octets for each of its own.
    mutating func put(inString text: String) {
        var text = text
        text.withUTF8 { text in
            let text = Self.beginning(of: text)
            var start = 0
            while start < text.count {
                let end = Self.endOfPlain(text, from: start)
                put(.init(rebasing: text[start..<end]))
                guard end < text.count else { return }
                if text[end] == Self.quote || text[end] == Self.backslash {
                    put(Self.backslash)
                    put(text[end])
                } else {
                    put(UInt8(ascii: "?"))
                }
                start = end + 1
            }
        }
    }

    /// Writes a whole number, which takes at most twenty octets.
    mutating func put(decimal number: Int64) {
        if number < 0 { put(UInt8(ascii: "-")) }
        put(digits: number.magnitude)
    }

    private mutating func put(digits number: UInt64) {
        if number > 9 { put(digits: number / 10) }
        put(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// The first characters of a text, as many as are kept.
    private static func beginning(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard text.count > maximumText else { return text }
        var characters = 0
        let kept = text.prefix { octet in
            if octet & 0xC0 != 0x80 { characters += 1 }
            return characters <= maximumText
        }
        return UnsafeBufferPointer(rebasing: kept)
    }

    /// Where the octets end that a string has as they are, which are nearly all: eight are looked at together.
    private static func endOfPlain(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let octets = UnsafeRawBufferPointer(text)
        var end = start
        while end + 8 <= octets.count {
            let marks = marks(of: UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: end, as: UInt64.self)))
            guard marks == 0 else { return end + marks.trailingZeroBitCount / 8 }
            end += 8
        }
        while end < octets.count, marks(of: everyOctet * UInt64(octets[end])) == 0 { end += 1 }
        return end
    }

    /// A one in each octet.
    private static let everyOctet: UInt64 = 0x0101_0101_0101_0101

    /// The high bits of the octets that would end a string or are control characters; the lowest of them is right, and
    /// those above it may be too many.
    private static func marks(of octets: UInt64) -> UInt64 {
        // Of an octet without its high bit, to subtract a number sets that bit only if the octet is less.
        func less(_ octets: UInt64, than limit: UInt8) -> UInt64 { (octets &- everyOctet * UInt64(limit)) & ~octets }
        func equal(to octet: UInt8) -> UInt64 { less(octets ^ everyOctet * UInt64(octet), than: 1) }
        let found = less(octets, than: 0x20) | equal(to: quote) | equal(to: backslash) | equal(to: 0x7F)
        return found & (everyOctet * 0x80)
    }
}
