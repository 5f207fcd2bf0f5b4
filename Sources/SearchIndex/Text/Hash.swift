/// A keyed hash of short byte strings, for tables in memory only.
///
/// The key is random for each process, so that a sender cannot choose words that collide.
struct Hash: Sendable {
    private let key: UInt64

    init(key: UInt64) {
        self.key = key | 1
    }

    /// The hash of a token of one field of one user.
    @inline(__always)
    func callAsFunction(user: UInt32, field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var state = mix(key ^ (UInt64(user) << 8 | UInt64(field)), 0x9E37_79B9_7F4A_7C15 ^ UInt64(count))
        let raw = UnsafeRawPointer(bytes)
        var offset = 0
        while offset + 8 < count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        return mix(mix(state ^ last(raw, count), 0x8EBC_6AF0_9C88_C6E3), key)
    }

    /// The last octets, up to eight; with fewer some are there twice, since the count is hashed too.
    @inline(__always)
    private func last(_ raw: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count >= 8 { return raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) }
        if count >= 4 {
            let low = raw.loadUnaligned(as: UInt32.self)
            let high = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            return UInt64(high) << 32 | UInt64(low)
        }
        guard count > 0 else { return 0 }
        return UInt64(raw.u8(0)) | UInt64(raw.u8(count / 2)) << 8 | UInt64(raw.u8(count - 1)) << 16
    }

    @inline(__always)
    private func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
