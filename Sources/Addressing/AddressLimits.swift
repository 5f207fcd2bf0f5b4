/// How long the parts of an address may be, in octets (RFC 5321, section 4.5.3.1).
public enum AddressLimits {
    /// A local part (RFC 5321, section 4.5.3.1.1).
    public static let localPart = 64
    /// A domain (RFC 5321, section 4.5.3.1.2).
    public static let domain = 255
    /// One label of a domain (RFC 1035, section 2.3.4).
    public static let label = 63
    /// A mailbox: a path has 256 octets with its angle brackets (RFC 5321, section 4.5.3.1.3; RFC 3696, erratum 1690).
    public static let mailbox = 254
    /// A source route, which is read only to be ignored; a path with a longer one is no real mail.
    public static let route = 1_024
}
