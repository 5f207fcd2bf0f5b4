/// The data of one DNS record; names are without the dot at the end, the root is empty.
package enum DNSRecord: Sendable, Hashable {
    /// An IPv4 or IPv6 address, from a record of type A or AAAA.
    case address(IPAddress)
    /// A mail exchanger; the lowest preference is tried first.
    case mx(preference: UInt16, exchange: String)
    /// The strings of a text record, each of at most 255 octets.
    case txt([[UInt8]])
    /// The name of an address.
    case ptr(String)
    /// The name that this one stands for.
    case cname(String)
    /// A certificate association (RFC 6698, section 2.1).
    case tlsa(usage: UInt8, selector: UInt8, matching: UInt8, data: [UInt8])

    /// The type under which the record is asked for.
    package var type: RecordType {
        switch self {
        case .address(.v4): .a
        case .address(.v6): .aaaa
        case .mx: .mx
        case .txt: .txt
        case .ptr: .ptr
        case .cname: .cname
        case .tlsa: .tlsa
        }
    }

    /// The strings of a text record as one text (RFC 7208, section 3.3; RFC 6376, section 3.6.2.2); nil for other types.
    package var text: [UInt8]? {
        guard case .txt(let strings) = self else { return nil }
        if strings.count == 1 { return strings[0] }
        var text: [UInt8] = []
        text.reserveCapacity(strings.reduce(0) { $0 + $1.count })
        for string in strings { text += string }
        return text
    }

    /// A text record of one text, cut into strings of 255 octets.
    package static func text(_ text: String) -> DNSRecord {
        let octets = Array(text.utf8)
        let starts = stride(from: 0, to: max(octets.count, 1), by: 255)
        return .txt(starts.map { Array(octets[$0..<min($0 + 255, octets.count)]) })
    }
}
