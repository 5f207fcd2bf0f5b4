/// Up to 128 numbers in as few bits as most of them need; the few that need more are patched.
///
/// On disk: the width (1; the highest bit is set if there are exceptions), with exceptions their count (1) and width (1); the lowest
/// `width` bits of each number, filled from the lowest; an octet with the index of each exception; the upper bits of each.
enum PackedNumbers {
    /// The most numbers of one group.
    static let limit = SegmentLayout.mailsPerBlock
    private static let exceptionFlag: UInt8 = 0x80

    /// Appends at least one number.
    static func encode(_ values: UnsafePointer<UInt32>, _ count: Int, into output: inout ByteBuilder) {
        let (width, widest, exceptions) = choose(values, count)
        guard exceptions > 0 else {
            output.append(UInt8(width))
            return pack(count, width: width, into: &output) { values[$0] }
        }
        output.append(UInt8(width) | exceptionFlag)
        output.append(UInt8(exceptions))
        output.append(UInt8(widest - width))
        let mask: UInt32 = ~(UInt32.max << UInt32(width))
        pack(count, width: width, into: &output) { values[$0] & mask }
        var high = (0, 0)  // the next number, and how many exceptions were found
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: exceptions) { buffer in
            while high.0 < count {
                let upper = width == 32 ? 0 : values[high.0] >> UInt32(width)
                if upper > 0 {
                    output.append(UInt8(high.0))
                    buffer[high.1] = upper
                    high.1 += 1
                }
                high.0 += 1
            }
            pack(exceptions, width: widest - width, into: &output) { buffer[$0] }
        }
    }

    /// Reads so many numbers and returns the octets they take.
    ///
    /// Up to seven octets behind them are looked at.
    @inline(__always)
    static func decode(_ base: UnsafeRawPointer, _ count: Int, into output: UnsafeMutablePointer<UInt32>) -> Int {
        let head = base.u8(0)
        let width = Int(head & ~exceptionFlag)
        guard head & exceptionFlag != 0 else {
            unpack(base + 1, count, width: width, into: output)
            return 1 + (count * width + 7) / 8
        }
        let exceptions = min(Int(base.u8(1)), limit)
        let upperWidth = Int(base.u8(2))
        unpack(base + 3, count, width: width, into: output)
        let places = 3 + (count * width + 7) / 8
        let uppers = places + exceptions
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: limit) { buffer in
            guard let upper = buffer.baseAddress else { return }
            unpack(base + uppers, exceptions, width: upperWidth, into: upper)
            for index in 0..<exceptions {
                output[min(Int(base.u8(places + index)), count - 1)] |= upper[index] << UInt32(width)
            }
        }
        return uppers + (exceptions * upperWidth + 7) / 8
    }

    /// The octets that so many numbers take.
    @inline(__always)
    static func size(_ base: UnsafeRawPointer, _ count: Int) -> Int {
        let head = base.u8(0)
        let packed = (count * Int(head & ~exceptionFlag) + 7) / 8
        if head & exceptionFlag == 0 { return 1 + packed }
        return 3 + packed + Int(base.u8(1)) + (Int(base.u8(1)) * Int(base.u8(2)) + 7) / 8
    }

    /// The width that costs least, that of the widest number, and how many numbers are wider.
    private static func choose(_ values: UnsafePointer<UInt32>, _ count: Int) -> (Int, Int, Int) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 33) { counts in
            counts.initialize(repeating: 0)
            for index in 0..<count { counts[32 - values[index].leadingZeroBitCount] += 1 }
            var widest = 32
            while widest > 0, counts[widest] == 0 { widest -= 1 }
            var best = (width: widest, size: 1 + (count * widest + 7) / 8, exceptions: 0)
            var exceptions = 0
            var width = widest
            while width > 0 {
                exceptions += counts[width]
                width -= 1
                let size =
                    3 + (count * width + 7) / 8 + exceptions + (exceptions * (widest - width) + 7) / 8
                if size < best.size { best = (width, size, exceptions) }
            }
            return (best.width, widest, best.exceptions)
        }
    }

    // MARK: Bits

    @inline(__always)
    private static func pack(
        _ count: Int, width: Int, into output: inout ByteBuilder, _ value: (Int) -> UInt32
    ) {
        var bits: UInt64 = 0
        var filled = 0
        for index in 0..<count {
            bits |= UInt64(value(index)) << UInt64(filled)
            filled += width
            if filled >= 32 {
                output.append(UInt32(truncatingIfNeeded: bits))
                bits >>= 32
                filled -= 32
            }
        }
        while filled > 0 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            filled -= 8
        }
    }

    @inline(__always)
    private static func unpack(
        _ base: UnsafeRawPointer, _ count: Int, width: Int, into output: UnsafeMutablePointer<UInt32>
    ) {
        let mask: UInt64 = (1 << UInt64(width)) - 1
        var bit = 0
        for index in 0..<count {
            let word = base.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
            output[index] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
            bit += width
        }
    }
}
