import Glibc

/// Octets as a key, hashed and compared in one piece: as an array they would be taken one by one.
@usableFromInline package struct OctetKey: Hashable, Sendable {
    private let octets: [UInt8]

    @usableFromInline init(_ octets: [UInt8]) { self.octets = octets }

    /// Feeds the octets to a hasher.
    @usableFromInline package func hash(into hasher: inout Hasher) {
        octets.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    /// Whether both hold the same octets.
    @usableFromInline package static func == (left: OctetKey, right: OctetKey) -> Bool {
        guard left.octets.count == right.octets.count else { return false }
        return left.octets.withUnsafeBytes { left in
            right.octets.withUnsafeBytes { right in
                guard let start = left.baseAddress, let other = right.baseAddress else { return true }
                return memcmp(start, other, left.count) == 0
            }
        }
    }
}
