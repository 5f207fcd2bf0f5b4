/// Bits that grow at the end, the lowest of an octet first.
struct BitBuilder: ~Copyable {
    private var octets = ByteBuilder()
    private var open: UInt64 = 0
    private var openCount = 0

    /// How many bits there are.
    var count: Int { octets.count * 8 + openCount }

    mutating func removeAll() {
        octets.removeAll()
        open = 0
        openCount = 0
    }

    /// Appends the lowest bits of a number, at most 32, above which it has none.
    @inline(__always)
    mutating func append(_ value: UInt64, _ width: Int) {
        open |= value << UInt64(openCount)
        openCount += width
        guard openCount >= 32 else { return }
        octets.append(UInt32(truncatingIfNeeded: open))
        open >>= 32
        openCount -= 32
    }

    /// Appends a number as an exponential Golomb code: short if it is below two to the power of `order`.
    ///
    /// It must be below two to the power of `order` and ``BitReader/longestPrefix``.
    @inline(__always)
    mutating func append(golomb value: Int, order: Int) {
        let quotient = UInt64(value >> order) + 1
        let prefix = 63 - quotient.leadingZeroBitCount
        append(1 << UInt64(prefix), prefix + 1)
        append(quotient & ~(1 << UInt64(prefix)), prefix)
        append(UInt64(value) & ~(UInt64.max << UInt64(order)), order)
    }

    /// Appends all bits of another.
    mutating func append(_ other: borrowing BitBuilder) {
        for index in 0..<other.octets.count { append(UInt64(UnsafeRawPointer(other.octets.base).u8(index)), 8) }
        append(other.open, other.openCount)
    }

    /// Appends the octets that hold the bits, of which the last may not be full, to others.
    func write(to output: inout ByteBuilder) {
        output.append(octets.bytes)
        for octet in 0..<(openCount + 7) / 8 { output.append(UInt8(truncatingIfNeeded: open >> UInt64(octet * 8))) }
    }
}

/// Reads what a ``BitBuilder`` wrote.
///
/// Up to eight octets behind the last bit are looked at.
struct BitReader {
    /// The most zeros that a Golomb code begins with: all of it then is in the 57 bits that are at hand at least.
    static let longestPrefix = 24

    let base: UnsafeRawPointer
    /// The bit that comes next, from `base`.
    var bit: Int

    /// The next bits as a number, at most 32.
    @inline(__always)
    mutating func bits(_ width: Int) -> UInt64 {
        let word = base.u64(bit >> 3) >> UInt64(bit & 7)
        bit += width
        return word & ((1 << UInt64(width)) - 1)
    }

    /// The next exponential Golomb code.
    @inline(__always)
    mutating func golomb(order: Int) -> Int {
        let word = base.u64(bit >> 3) >> UInt64(bit & 7)
        let prefix = min(word.trailingZeroBitCount, Self.longestPrefix)
        let tail = word >> UInt64(prefix + 1)
        let quotient = (tail & ((1 << UInt64(prefix)) - 1)) | 1 << UInt64(prefix)
        let rest = tail >> UInt64(prefix) & ((1 << UInt64(order)) - 1)
        bit += prefix * 2 + 1 + order
        return Int(truncatingIfNeeded: (quotient - 1) << UInt64(order) | rest)
    }
}
