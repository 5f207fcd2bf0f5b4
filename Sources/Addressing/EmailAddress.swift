/// A mailbox's address as it stands in an envelope (RFC 5321, section 4.1.2; RFC 6531 for other letters than ASCII).
public struct EmailAddress: Sendable, Hashable {
    /// What stands before the `@`, without quoting: `"a b"@example.org` has the local part `a b`.
    public let localPart: String
    /// The domain in lower case, or an address literal such as `[192.0.2.1]`.
    public let domain: String

    /// The address with these parts, which are taken as they are.
    public init(localPart: String, domain: String) {
        self.localPart = localPart
        self.domain = domain
    }
}
