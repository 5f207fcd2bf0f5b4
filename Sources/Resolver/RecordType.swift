/// A kind of DNS record that can be asked for, by its number on the wire.
package enum RecordType: UInt16, Sendable, Hashable, CaseIterable {
    /// An IPv4 address (RFC 1035).
    case a = 1
    /// Another name for the owner (RFC 1035).
    case cname = 5
    /// A name for an address (RFC 1035).
    case ptr = 12
    /// A mail exchanger (RFC 1035).
    case mx = 15
    /// Text (RFC 1035).
    case txt = 16
    /// An IPv6 address (RFC 3596).
    case aaaa = 28
    /// A certificate association (RFC 6698).
    case tlsa = 52
}
