extension ReversePath: CustomStringConvertible {
    /// Reads a path with its angle brackets, such as `<>` or `<someone@example.org>`.
    ///
    /// Deviation: the local part may be longer than 64 octets, since senders that encode the recipient in it exceed
    /// that; RFC 5321, section 4.5.3.1, asks for no limits where that is possible.
    public init(parsing text: some StringProtocol) throws(AddressError) {
        var scanner = AddressScanner(ArraySlice(text.utf8), localPartLength: .tolerated)
        self = try scanner.reversePath()
        try scanner.end()
    }

    /// The written form, with angle brackets and without a source route.
    public var description: String {
        switch self {
        case .null: "<>"
        case .address(let address): "<\(address)>"
        }
    }
}
