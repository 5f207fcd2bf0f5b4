/// Reads paths and mailboxes from octets, from left to right (RFC 5321, section 4.1.2).
///
/// It stops behind what it has read, so that the parameters of MAIL and RCPT can follow.
public struct AddressScanner {
    /// How strictly the length of a local part is taken.
    public enum LocalPartLength: Sendable {
        /// At most ``AddressLimits/localPart``.
        case limited
        /// As long as the whole mailbox allows.
        case tolerated
    }

    let octets: ArraySlice<UInt8>
    private let localPartLength: LocalPartLength
    /// Where the next octet is read: an index of the slice.
    public internal(set) var position: Int

    /// A scanner at the first of these octets.
    public init(_ octets: ArraySlice<UInt8>, localPartLength: LocalPartLength = .limited) {
        self.octets = octets
        self.localPartLength = localPartLength
        position = octets.startIndex
    }

    /// Whether everything has been read.
    public var isAtEnd: Bool { position == octets.endIndex }

    /// Reads `<>` or a path.
    public mutating func reversePath() throws(AddressError) -> ReversePath {
        try expect(.openBracket, else: .missingBracket)
        if skip(.closeBracket) { return .null }
        try skipSourceRoute()
        let address = try mailbox()
        try expect(.closeBracket, else: .missingBracket)
        return .address(address)
    }

    /// Reads a path or `<postmaster>` in any letter case (RFC 5321, section 4.1.1.3).
    public mutating func forwardPath() throws(AddressError) -> ForwardPath {
        try expect(.openBracket, else: .missingBracket)
        if skipPostmaster() { return .postmaster }
        try skipSourceRoute()
        let address = try mailbox()
        try expect(.closeBracket, else: .missingBracket)
        return .address(address)
    }

    /// Reads a local part, an `@` and a domain or address literal.
    public mutating func mailbox() throws(AddressError) -> EmailAddress {
        let start = position
        let localPart = peek == .quote ? try quotedString() : try dotString()
        if localPartLength == .limited, position - start > AddressLimits.localPart {
            throw error(.localPartTooLong, at: start)
        }
        try expect(
            .at, else: peek.map { $0.isAtomText || $0 == .closeBracket } ?? true ? .missingDomain : .localPartOctet)
        let domain = try peek == .openSquare ? addressLiteral().description : self.domain()
        guard position - start <= AddressLimits.mailbox else { throw error(.mailboxTooLong, at: start) }
        return EmailAddress(localPart: localPart, domain: domain)
    }

    /// The end of the text; anything before it is an error.
    public func end() throws(AddressError) {
        guard isAtEnd else { throw error(.trailingText, at: position) }
    }

    // MARK: Octets

    var peek: UInt8? { position < octets.endIndex ? octets[position] : nil }

    mutating func skip(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        position += 1
        return true
    }

    mutating func expect(_ octet: UInt8, else kind: AddressError.Kind) throws(AddressError) {
        guard skip(octet) else { throw error(kind, at: position) }
    }

    /// Moves behind all octets of a class.
    mutating func skip(while belongs: (UInt8) -> Bool) {
        while position < octets.endIndex, belongs(octets[position]) { position += 1 }
    }

    func error(_ kind: AddressError.Kind, at index: Int) -> AddressError {
        AddressError(kind, at: index - octets.startIndex)
    }

    func text(_ range: Range<Int>) throws(AddressError) -> String {
        guard let text = String(validating: octets[range], as: UTF8.self) else {
            throw error(.notUTF8, at: range.lowerBound)
        }
        return text
    }

    private mutating func skipPostmaster() -> Bool {
        let word = "postmaster>".utf8
        guard octets.endIndex - position >= word.count,
            zip(octets[position...], word).allSatisfy({ $0 == $1 || ($0.isLetter && $0 | 0x20 == $1) })
        else { return false }
        position += word.count
        return true
    }
}

extension UInt8 {
    static let quote: UInt8 = 0x22
    static let backslash: UInt8 = 0x5C
    static let at: UInt8 = 0x40
    static let dot: UInt8 = 0x2E
    static let hyphen: UInt8 = 0x2D
    static let comma: UInt8 = 0x2C
    static let colon: UInt8 = 0x3A
    static let openBracket: UInt8 = 0x3C
    static let closeBracket: UInt8 = 0x3E
    static let openSquare: UInt8 = 0x5B
    static let closeSquare: UInt8 = 0x5D
}
