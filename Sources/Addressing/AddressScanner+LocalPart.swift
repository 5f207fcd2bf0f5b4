extension AddressScanner {
    /// Reads atoms with dots between them.
    mutating func dotString() throws(AddressError) -> String {
        let start = position
        repeat {
            let atom = position
            skip(while: \.isAtomText)
            guard position > atom else {
                throw error(peek == nil || peek == .dot || peek == .at ? .emptyAtom : .localPartOctet, at: position)
            }
        } while skip(.dot)
        return try text(start..<position)
    }

    /// Reads a quoted string and gives what it means: without quotes and backslashes.
    mutating func quotedString() throws(AddressError) -> String {
        try expect(.quote, else: .openQuote)
        let start = position
        skip(while: \.isQuotedText)
        if peek == .quote {
            let content = try text(start..<position)
            position += 1
            return content
        }
        return try quotedStringWithPairs(from: start)
    }

    private mutating func quotedStringWithPairs(from start: Int) throws(AddressError) -> String {
        var content = Array(octets[start..<position])
        while let octet = peek, octet != .quote {
            position += 1
            if octet == .backslash {
                guard let escaped = peek else { throw error(.openQuote, at: position) }
                guard (0x20...0x7E).contains(escaped) else { throw error(.localPartOctet, at: position) }
                content.append(escaped)
                position += 1
            } else {
                guard octet.isQuotedText else { throw error(.localPartOctet, at: position - 1) }
                content.append(octet)
            }
        }
        try expect(.quote, else: .openQuote)
        guard let text = String(validating: content, as: UTF8.self) else { throw error(.notUTF8, at: start) }
        return text
    }
}
