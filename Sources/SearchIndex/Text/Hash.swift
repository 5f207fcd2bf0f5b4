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
        while offset + 8 <= count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        if offset < count {
            var rest: UInt64 = 0
            for index in offset..<count { rest = rest << 8 | UInt64(bytes[index]) }
            state = mix(state ^ rest, 0x8EBC_6AF0_9C88_C6E3)
        }
        return mix(state, key)
    }

    @inline(__always)
    private func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
