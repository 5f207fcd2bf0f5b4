/// The classes of single octets, for the fast path of the tokenizer.
enum ASCIITable {
    static let separator: UInt8 = 0
    static let letter: UInt8 = 1
    static let digit: UInt8 = 2
    /// Not ASCII: the slow path decides.
    static let beyond: UInt8 = 3

    private static let classes: [UInt8] = (0..<256).map { value in
        let byte = UInt8(value)
        if byte >= 128 { return beyond }
        if isDigit(byte) { return digit }
        return isAlphanumeric(byte) ? letter : separator
    }

    /// Lends the table of 256 classes.
    @inline(__always)
    static func withClasses(_ body: (UnsafePointer<UInt8>) -> Void) {
        classes.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { body(base) }
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 97 < 26 }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 65 < 26 ? byte | 0x20 : byte }

    /// Whether an unquoted local part may hold the octet (RFC 5322, section 3.2.3, with the dot).
    ///
    /// Deviation: without `'`, `` ` ``, `{`, `|`, `}`, `*`, `?`, `/`, `^`, `$` and `!`, which around addresses in running text are punctuation.
    static func isAtom(_ byte: UInt8) -> Bool {
        if isAlphanumeric(byte) { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "%"),
            UInt8(ascii: "#"), UInt8(ascii: "&"), UInt8(ascii: "~"), UInt8(ascii: "="):
            return true
        default: return false
        }
    }

    static func isDomain(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}
