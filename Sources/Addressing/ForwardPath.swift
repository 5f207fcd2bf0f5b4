/// Where a message shall go: the argument of RCPT TO (RFC 5321, section 4.1.1.3).
public enum ForwardPath: Sendable, Hashable {
    /// `<Postmaster>` without a domain: the postmaster of the server that is asked.
    case postmaster
    /// A mailbox.
    case address(EmailAddress)
}

extension ForwardPath: CustomStringConvertible {
    /// Reads a path with its angle brackets, such as `<someone@example.org>`.
    public init(parsing text: some StringProtocol) throws(AddressError) {
        var scanner = AddressScanner(ArraySlice(text.utf8))
        self = try scanner.forwardPath()
        try scanner.end()
    }

    /// The written form, with angle brackets and without a source route.
    public var description: String {
        switch self {
        case .postmaster: "<postmaster>"
        case .address(let address): "<\(address)>"
        }
    }
}
