extension UInt8 {
    /// Whether this is a space or a tab.
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    /// Whether this may stand in folding white space.
    var isWhiteSpace: Bool { isBlank || self == 0x0D || self == 0x0A }
    /// Whether this is an ASCII letter.
    var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
    /// Whether this is an ASCII digit.
    var isDigit: Bool { (0x30...0x39).contains(self) }
    /// An ASCII letter in lower case, everything else as it is.
    var lowered: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}

extension Collection<UInt8> {
    /// Whether these are the octets of a text.
    func isText(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && elementsEqual(text.octets) }

    /// Whether these are the octets of a text in lower case, in whatever letter case.
    func isTextIgnoringCase(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && zip(self, text.octets).allSatisfy { $0.lowered == $1 }
    }
}

extension StaticString {
    fileprivate var octets: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
