extension EmailAddress: CustomStringConvertible {
    /// Reads a mailbox without angle brackets, such as `someone@example.org` or `"a b"@[192.0.2.1]`.
    public init(parsing text: some StringProtocol) throws(AddressError) {
        var scanner = AddressScanner(ArraySlice(text.utf8))
        self = try scanner.mailbox()
        try scanner.end()
    }

    /// The written form, with quotes where the local part needs them.
    public var description: String { "\(writtenLocalPart)@\(domain)" }

    /// Whether it has other letters than ASCII and so needs SMTPUTF8 (RFC 6531).
    public var isInternationalized: Bool {
        localPart.utf8.contains { $0 >= 0x80 } || domain.utf8.contains { $0 >= 0x80 }
    }

    private var writtenLocalPart: String {
        if isDotAtom { return localPart }
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Whether the local part is atoms with dots between them, which need no quotes (RFC 5321, section 4.1.2).
    private var isDotAtom: Bool {
        var previous = UInt8.dot
        for octet in localPart.utf8 {
            guard octet.isAtomText || octet == .dot && previous != .dot else { return false }
            previous = octet
        }
        return previous != .dot
    }
}
