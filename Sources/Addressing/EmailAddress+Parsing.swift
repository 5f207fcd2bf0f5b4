extension EmailAddress: CustomStringConvertible {
    /// Reads a mailbox without angle brackets, such as `someone@example.org` or `"a b"@[192.0.2.1]`.
    public init(parsing text: some StringProtocol) throws(AddressError) {
        var scanner = AddressScanner(ArraySlice(text.utf8))
        self = try scanner.mailbox()
        try scanner.end()
    }

    /// The written form, with quotes where the local part needs them.
    public var description: String {
        var text = ""
        text.reserveCapacity(localPart.utf8.count + 1 + domain.utf8.count)
        text += isDotString ? localPart : quotedLocalPart
        text += "@"
        text += domain
        return text
    }

    /// Whether it has other letters than ASCII and so needs SMTPUTF8 (RFC 6531).
    public var isInternationalized: Bool {
        localPart.utf8.contains { $0 >= 0x80 } || domain.utf8.contains { $0 >= 0x80 }
    }

    /// Whether the local part is atoms with single dots between them, which need no quotes.
    private var isDotString: Bool {
        var mayEnd = false
        for octet in localPart.utf8 {
            guard octet == .dot ? mayEnd : octet.isAtomText else { return false }
            mayEnd = octet != .dot
        }
        return mayEnd
    }

    private var quotedLocalPart: String {
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
