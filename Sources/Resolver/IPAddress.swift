import Glibc

/// An IPv4 or IPv6 address.
package enum IPAddress: Hashable, Sendable {
    /// An IPv4 address, most significant octet first.
    case v4(UInt32)
    /// An IPv6 address in two halves, most significant octet first.
    case v6(high: UInt64, low: UInt64)

    /// Reads the text form: dotted quad without leading zeros, or RFC 4291, section 2.2.
    package init?(_ text: String) {
        // inet_pton stops at a NUL; nothing that holds one is an address.
        guard !text.utf8.contains(0) else { return nil }
        var (v4, v6) = (UInt32(0), (high: UInt64(0), low: UInt64(0)))
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self = .v6(high: UInt64(bigEndian: v6.high), low: UInt64(bigEndian: v6.low))
        } else {
            return nil
        }
    }

    /// Reads 4 or 16 octets in network order; anything else is no address.
    package init?(octets: ArraySlice<UInt8>) {
        switch octets.count {
        case 4: self = .v4(octets.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self = .v6(
                high: octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }

    /// The 4 or 16 octets in network order.
    package var octets: [UInt8] {
        switch self {
        case .v4(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .v6(let high, let low):
            (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 % 8))) }
        }
    }

    /// The same address, as IPv4 where it is an IPv4 address mapped into IPv6 (RFC 4291, section 2.5.5.2).
    package var unmapped: IPAddress {
        guard case .v6(0, let low) = self, low >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: low))
    }

    /// Whether the first `bits` bits of both are the same; addresses of different families never are.
    package func shares(_ bits: Int, bitsWith other: IPAddress) -> Bool {
        switch (self, other) {
        case (.v4(let left), .v4(let right)):
            return (left ^ right) >> UInt32(32 - min(max(bits, 0), 32)) == 0 || bits <= 0
        case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
            let sameHigh = (high ^ otherHigh) >> UInt64(64 - min(max(bits, 0), 64)) == 0 || bits <= 0
            let sameLow = (low ^ otherLow) >> UInt64(64 - min(max(bits - 64, 0), 64)) == 0 || bits <= 64
            return sameHigh && sameLow
        default: return false
        }
    }
}

extension IPAddress {
    /// The same address with all bits behind the first so many set to zero.
    package func masked(to bits: Int) -> IPAddress {
        switch self {
        case .v4(let value): .v4(value & ~(bits >= 32 ? 0 : UInt32.max >> UInt32(max(bits, 0))))
        case .v6(let high, let low):
            .v6(
                high: high & ~(bits >= 64 ? 0 : UInt64.max >> UInt64(max(bits, 0))),
                low: low & ~(bits >= 128 ? 0 : UInt64.max >> UInt64(max(bits - 64, 0))))
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text form (RFC 5952 for IPv6).
    package var description: String {
        let octets = octets
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = octets.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, octets, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The name under which the address is looked up in reverse, such as `4.3.2.1.in-addr.arpa` (RFC 1035, 3.5; 3596, 2.5).
    package var reverseName: String {
        switch self {
        case .v4: reversedLabels + ".in-addr.arpa"
        case .v6: reversedLabels + ".ip6.arpa"
        }
    }

    /// The octets of IPv4, or the half octets of IPv6, from the last to the first and joined by dots, as reverse zones
    /// and lists of addresses have them (RFC 5782, sections 2.1 and 2.4).
    package var reversedLabels: String {
        switch self {
        case .v4: octets.reversed().map { String($0) }.joined(separator: ".")
        case .v6: octets.reversed().flatMap { [$0 & 15, $0 >> 4] }.map { String($0, radix: 16) }.joined(separator: ".")
        }
    }

    /// Whether it is an address of the machine itself (RFC 1122, 3.2.1.3; 4291, 2.5.3).
    package var isLoopback: Bool {
        switch unmapped {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }
}
