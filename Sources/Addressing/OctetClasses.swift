/// The character classes of RFC 5321, section 4.1.2, as predicates of one octet.
extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    /// An octet of a letter outside of ASCII (RFC 6531, section 3.3); the whole text is checked to be UTF-8 elsewhere.
    var isBeyondASCII: Bool { self >= 0x80 }

    /// `atext` of RFC 5322, section 3.2.3, with RFC 6531's letters.
    var isAtomText: Bool {
        switch self {
        // ! #$%&' *+ - / and digits = ? letters, and ^_` {|}~ around the small ones
        case 0x21, 0x23...0x27, 0x2A...0x2B, 0x2D, 0x2F...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E: true
        default: isBeyondASCII
        }
    }

    /// `qtextSMTP`: printable ASCII and space, without the quote and the backslash.
    var isQuotedText: Bool {
        (0x20...0x7E).contains(self) && self != 0x22 && self != 0x5C || isBeyondASCII
    }

    /// What may stand inside a label.
    ///
    /// Deviation: the underscore is not allowed by RFC 5321, section 2.3.5, but real senders' domains have it.
    var isLabelText: Bool { isLetter || isDigit || self == 0x2D || self == 0x5F || isBeyondASCII }
}
