/// How the octets in the message are made from the stored content.
package enum Recipe: Sendable, Hashable {
    /// They are the content.
    case verbatim
    /// They are the content in base64, broken into lines.
    case base64(Base64Lines)

    /// How many octets a content of that size takes in the message.
    package func size(ofContent count: Int) -> Int {
        switch self {
        case .verbatim: count
        case .base64(let lines): lines.encodedSize(of: count)
        }
    }
}

/// How base64 is broken into lines: all of the same length but the last, with a line end between two lines.
///
/// What stands before the first digit and after the last (blank lines, the last line end) is not part of it.
package struct Base64Lines: Sendable, Hashable {
    /// What ends a line.
    ///
    /// On disk; never renumber.
    package enum LineEnd: UInt8, Sendable, Hashable {
        case lf = 1
        case crlf = 2

        /// How many octets it has.
        package var count: Int { Int(rawValue) }
    }

    /// The digits of a full line, 1 or more.
    package var length: Int
    /// What stands between two lines.
    package var end: LineEnd

    /// Lines of a length.
    package init(length: Int, end: LineEnd) {
        precondition(length > 0, "a line has a digit at least")
        self.length = length
        self.end = end
    }

    /// A single line, however long.
    package static let unbroken = Base64Lines(length: .max, end: .crlf)

    /// How many octets the encoded form of so many octets has.
    package func encodedSize(of count: Int) -> Int {
        let digits = (count + 2) / 3 * 4
        return digits + (digits > 0 ? (digits - 1) / length * end.count : 0)
    }
}
