import CBytes
import Glibc

/// The octets that mail's grammars speak of, and what kinds there are.
enum ASCII {
    static let nul: UInt8 = 0x00
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let escape: UInt8 = 0x1B
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let ampersand: UInt8 = 0x26
    static let apostrophe: UInt8 = 0x27
    static let openParenthesis: UInt8 = 0x28
    static let closeParenthesis: UInt8 = 0x29
    static let asterisk: UInt8 = 0x2A
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let hyphen: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let less: UInt8 = 0x3C
    static let equals: UInt8 = 0x3D
    static let greater: UInt8 = 0x3E
    static let question: UInt8 = 0x3F
    static let at: UInt8 = 0x40
    static let openBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let closeBracket: UInt8 = 0x5D
    static let underscore: UInt8 = 0x5F

    /// Space, tab, and the line ends of folding.
    static func isBlank(_ octet: UInt8) -> Bool {
        octet == space || octet == tab || octet == carriageReturn || octet == lineFeed
    }

    static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }

    static func isLetter(_ octet: UInt8) -> Bool { (octet | 0x20) &- 0x61 < 26 }

    /// The lower-case form of a letter, anything else as it is.
    static func lowercased(_ octet: UInt8) -> UInt8 { octet &- 0x41 < 26 ? octet | 0x20 : octet }

    /// The value of a hexadecimal digit.
    static func hexValue(_ octet: UInt8) -> UInt8? {
        if isDigit(octet) { return octet - 0x30 }
        let letter = octet | 0x20
        return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : nil
    }
}

extension UnsafeRawBufferPointer {
    /// The offset of the first such octet at or after `start`, found at memory speed.
    func firstOffset(of octet: UInt8, from start: Int = 0) -> Int? {
        guard start < count, let base = baseAddress else { return nil }
        guard let found = memchr(base + start, Int32(octet), count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// The offset of the first such text at or after `start`, letter case as it is.
    func firstOffset(of text: StaticString, from start: Int) -> Int? {
        guard start < count, let base = baseAddress else { return nil }
        guard let found = sluice_memmem(base + start, count - start, text.utf8Start, text.utf8CodeUnitCount) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }

    /// The part of the buffer in a range, with offsets from zero; clamped to what there is.
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range.clamped(to: 0..<count)])
    }

    /// Whether the buffer holds this text, letters in either case; `text` is in lower case.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        text.utf8CodeUnitCount == count && hasPrefixIgnoringCase(text)
    }

    /// Whether the buffer starts with this text, letters in either case; `text` is in lower case.
    func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount <= count else { return false }
        for offset in 0..<text.utf8CodeUnitCount where ASCII.lowercased(self[offset]) != text.utf8Start[offset] {
            return false
        }
        return true
    }

    /// Whether no octet is above 127.
    var isASCII: Bool {
        var offset = 0
        var seen: UInt64 = 0
        while offset + 32 <= count {
            for lane in 0..<4 { seen |= loadUnaligned(fromByteOffset: offset + 8 * lane, as: UInt64.self) }
            guard seen & 0x8080_8080_8080_8080 == 0 else { return false }
            offset += 32
        }
        while offset < count {
            guard self[offset] < 0x80 else { return false }
            offset += 1
        }
        return true
    }

    /// The buffer without blanks at either end.
    var trimmed: UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, ASCII.isBlank(self[start]) { start += 1 }
        while end > start, ASCII.isBlank(self[end - 1]) { end -= 1 }
        return part(start..<end)
    }
}
