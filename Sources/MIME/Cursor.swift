/// A position in a field's value, with the steps that all structured fields share (RFC 5322, section 3.2).
struct Cursor {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    /// Whether the last quoted string had no end.
    private(set) var isUnclosed = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The octet at the position.
    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
        while position < bytes.count, ASCII.isBlank(bytes[position]) { position += 1 }
    }

    /// Skips blanks and comments.
    mutating func skipComments() {
        skipBlanks()
        while current == ASCII.openParenthesis {
            _ = takeComment()
            skipBlanks()
        }
    }

    /// Takes a comment, nested ones included, and returns its content without the outer parentheses.
    ///
    /// Nesting is counted, not recursed into; without its end, a comment goes to the end of the value.
    mutating func takeComment() -> UnsafeRawBufferPointer {
        guard current == ASCII.openParenthesis else { return bytes.part(position..<position) }
        position += 1
        let start = position
        var depth = 1
        while position < bytes.count {
            switch bytes[position] {
            case ASCII.backslash: position += 1
            case ASCII.openParenthesis: depth += 1
            case ASCII.closeParenthesis: depth -= 1
            default: break
            }
            position += 1
            if depth == 0 { return bytes.part(start..<(position - 1)) }
        }
        position = bytes.count
        return bytes.part(start..<position)
    }

    /// Takes a quoted string and returns its content with quoted pairs resolved and folds removed.
    mutating func takeQuotedString() -> [UInt8] {
        guard current == ASCII.quote else { return [] }
        position += 1
        isUnclosed = false
        var content: [UInt8] = []
        while position < bytes.count {
            var octet = bytes[position]
            position += 1
            if octet == ASCII.quote { return content }
            if octet == ASCII.carriageReturn || octet == ASCII.lineFeed { continue }
            if octet == ASCII.backslash, position < bytes.count {
                octet = bytes[position]
                position += 1
            }
            content.append(octet)
        }
        isUnclosed = true
        return content
    }

    /// Takes the octets up to one that the predicate refuses.
    mutating func take(while accepts: (UInt8) -> Bool) -> UnsafeRawBufferPointer {
        let start = position
        while position < bytes.count, accepts(bytes[position]) { position += 1 }
        return bytes.part(start..<position)
    }

    /// Takes a token (RFC 2045, section 5.1), but slash, question mark and octets above 127 count as part of it.
    mutating func takeToken() -> UnsafeRawBufferPointer {
        take { octet in
            switch octet {
            case 0...ASCII.space, 0x7F, ASCII.quote, ASCII.openParenthesis, ASCII.closeParenthesis, ASCII.comma,
                ASCII.colon, ASCII.semicolon, ASCII.less, ASCII.greater, ASCII.equals, ASCII.at:
                false
            default: true
            }
        }
    }

    /// Moves on if the octet at the position is this one.
    mutating func skip(_ octet: UInt8) -> Bool {
        guard current == octet else { return false }
        position += 1
        return true
    }
}
