extension AddressScanner {
    /// Reads labels with dots between them; gives them in lower case.
    mutating func domain() throws(AddressError) -> String {
        let start = position
        repeat {
            let label = position
            skip(while: \.isLabelText)
            guard position > label else {
                let isSyntax = peek == nil || peek == .dot || peek == .closeBracket
                throw error(isSyntax ? .domainLabel : .domainOctet, at: position)
            }
            guard octets[label] != .hyphen, octets[position - 1] != .hyphen else {
                throw error(.domainLabel, at: label)
            }
            guard position - label <= AddressLimits.label else { throw error(.labelTooLong, at: label) }
        } while skip(.dot)
        guard position - start <= AddressLimits.domain else { throw error(.domainTooLong, at: start) }
        return try text(start..<position).lowercased()
    }

    /// Reads `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321, section 4.1.3).
    mutating func addressLiteral() throws(AddressError) -> AddressLiteral {
        let start = position
        try expect(.openSquare, else: .addressLiteral)
        let content = position
        skip { $0 != .closeSquare && (0x21...0x7E).contains($0) }
        // The longest IPv6 literal, `IPv6:` with eight groups whose last two are a dotted IPv4 address, has 50 octets.
        guard peek == .closeSquare, position - content <= 50,
            let literal = AddressLiteral(content: String(decoding: octets[content..<position], as: UTF8.self))
        else { throw error(.addressLiteral, at: start) }
        position += 1
        return literal
    }

    /// Moves behind a source route, which a server should ignore (RFC 5321, section 4.1.1.3 and appendix C).
    mutating func skipSourceRoute() throws(AddressError) {
        guard peek == .at else { return }
        let start = position
        repeat {
            try expect(.at, else: .sourceRoute)
            if peek == .openSquare { _ = try addressLiteral() } else { _ = try domain() }
            guard position - start <= AddressLimits.route else { throw error(.sourceRoute, at: start) }
        } while skip(.comma)
        try expect(.colon, else: .sourceRoute)
    }
}
