/// A network, such as `192.0.2.0/24`, or one address.
package struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let first: AddressLiteral
    private let prefixLength: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or an address alone; `nil` if it is none, or if the address has bits behind
    /// the prefix.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ AddressLiteral(address: $0) }) else { return nil }
        let width = address.family == .ipv4 ? 32 : 128
        guard parts.count == 2 else {
            (first, prefixLength) = (address, width)
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length), parts[1].utf8.allSatisfy(\.isDigit) else {
            return nil
        }
        (first, prefixLength) = (address, length)
        let (high, low) = mask
        guard address.high & ~high == 0, address.low & ~low == 0 else { return nil }
    }

    /// Whether the address lies in it.
    package func contains(_ address: AddressLiteral) -> Bool {
        let (high, low) = mask
        return address.family == first.family && address.high & high == first.high && address.low & low == first.low
    }

    /// The form of pipeline files.
    package var description: String { "\(first.address)/\(prefixLength)" }

    /// The bits that count; IPv4 has its 32 in the lower half.
    private var mask: (high: UInt64, low: UInt64) {
        if first.family == .ipv4 { return (0, (.max << UInt64(32 - prefixLength)) & 0xFFFF_FFFF) }
        let high: UInt64 = prefixLength >= 64 ? .max : ~(.max >> UInt64(prefixLength))
        let low: UInt64 = prefixLength <= 64 ? 0 : .max << UInt64(128 - prefixLength)
        return (high, low)
    }
}
