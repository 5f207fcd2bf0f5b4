/// An IP address as it stands in place of a domain (RFC 5321, section 4.1.3).
public struct AddressLiteral: Sendable, Hashable {
    /// The family.
    public enum Family: Sendable, Hashable {
        /// Four octets.
        case ipv4
        /// Sixteen octets.
        case ipv6
    }

    /// The family.
    public let family: Family
    /// The upper 64 bits; 0 for IPv4.
    public let high: UInt64
    /// The lower 64 bits; the 32 bits of an IPv4 address.
    public let low: UInt64

    init(family: Family, high: UInt64, low: UInt64) {
        self.family = family
        self.high = high
        self.low = low
    }

    /// Reads what stands between the brackets: `192.0.2.1` or `IPv6:2001:db8::1`; `nil` if it is neither.
    public init?(content text: String) {
        if text.prefix(5).lowercased() == "ipv6:" {
            self.init(ipv6: text.dropFirst(5))
        } else {
            self.init(ipv4: text[...])
        }
    }

    /// Reads an address as sockets show it: `192.0.2.1` or `2001:db8::1`; `nil` if it is neither.
    public init?(address text: some StringProtocol) {
        let text = Substring(text)
        if text.utf8.contains(.colon) { self.init(ipv6: text) } else { self.init(ipv4: text) }
    }
}

extension AddressLiteral {
    /// The IPv4 address in an IPv6 address such as `::ffff:192.0.2.1`, as sockets show it; any other as it is.
    public var unmapped: AddressLiteral {
        guard family == .ipv6, high == 0, low >> 32 == 0xFFFF else { return self }
        return AddressLiteral(family: .ipv4, high: 0, low: low & 0xFFFF_FFFF)
    }
}

extension AddressLiteral: CustomStringConvertible {
    /// The written form with brackets: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
    public var description: String {
        switch family {
        case .ipv4: "[\(address)]"
        case .ipv6: "[IPv6:\(address)]"
        }
    }

    /// The address alone; IPv6 in the form of RFC 5952.
    public var address: String {
        switch family {
        case .ipv4: [24, 16, 8, 0].map { (shift: UInt64) in String(low >> shift & 0xFF) }.joined(separator: ".")
        case .ipv6: writtenGroups
        }
    }

    private var writtenGroups: String {
        let groups = [high, low].flatMap { half in
            [48, 32, 16, 0].map { (shift: UInt64) in half >> shift & 0xFFFF }
        }
        let gap = Self.longestGap(in: groups)
        let hexadecimal = groups.map { String($0, radix: 16) }
        guard gap.count >= 2 else { return hexadecimal.joined(separator: ":") }
        let left = hexadecimal[..<gap.lowerBound].joined(separator: ":")
        let right = hexadecimal[gap.upperBound...].joined(separator: ":")
        return "\(left)::\(right)"
    }

    /// The first of the longest runs of zeros.
    private static func longestGap(in groups: [UInt64]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<(index + 1)
            }
        }
        return longest
    }
}
