/// The octets of the word that is being read.
///
/// Words longer than ``limit`` keep their first ``kept`` octets, a mark that no UTF-8 has, and a hash of all octets behind them.
struct WordBuffer: ~Copyable {
    static let limit = 64
    /// How many octets of a too long word stay readable, so that it is still found by its beginning.
    static let kept = 48

    private let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: limit)
    private(set) var count = 0
    private var hash: UInt64 = 0

    deinit { bytes.deallocate() }

    var isEmpty: Bool { count == 0 }

    @inline(__always)
    mutating func reset() {
        count = 0
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        if count < Self.limit {
            bytes[count] = byte
        } else {
            appendFar(byte)
        }
        count += 1
    }

    mutating func append(scalar value: UInt32) {
        if value < 0x80 {
            append(UInt8(value))
        } else if value < 0x800 {
            append(UInt8(0xC0 | value >> 6))
            append(UInt8(0x80 | value & 0x3F))
        } else if value < 0x10000 {
            append(UInt8(0xE0 | value >> 12))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        } else {
            append(UInt8(0xF0 | value >> 18))
            append(UInt8(0x80 | value >> 12 & 0x3F))
            append(UInt8(0x80 | value >> 6 & 0x3F))
            append(UInt8(0x80 | value & 0x3F))
        }
    }

    /// Shortens a too long word; its octets are then ready.
    @inline(__always)
    mutating func finish() -> UnsafePointer<UInt8> {
        if count > Self.limit { shorten() }
        return UnsafePointer(bytes)
    }

    private mutating func appendFar(_ byte: UInt8) {
        if count == Self.limit {
            hash = 0xCBF2_9CE4_8422_2325
            for index in Self.kept..<Self.limit { mix(bytes[index]) }
        }
        mix(byte)
    }

    /// FNV-1a, without a key because the digest is on disk.
    private mutating func mix(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    private mutating func shorten() {
        bytes[Self.kept] = 0xFF
        for index in 0..<8 { bytes[Self.kept + 1 + index] = UInt8(truncatingIfNeeded: hash >> UInt64(index * 8)) }
        count = Self.kept + 9
    }
}
