/// Makes the relaxed form of a body (RFC 6376, section 3.4.4): one space in the place of several blanks, and none at the
/// ends of lines.
enum RelaxedBody {
    /// How many octets are looked at in one go.
    private static let stretch = 64

    /// Writes the form of a range of the content; returns how many octets that are, no more than the range has.
    ///
    /// Of several blanks the last one stays, and only if something stands behind it in its line; that may be behind the range.
    static func write(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard let text = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        var filled = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + stretch, range.upperBound)
            let rest = UnsafeMutableRawBufferPointer(rebasing: output[filled...])
            if end - start == stretch, end + 1 < bytes.count {
                filled += writeStretch(text + start, to: rest)
            } else {
                filled += write(bytes, each: start..<end, to: rest)
            }
            start = end
        }
        return filled
    }

    /// Writes the form of a whole stretch, behind which two octets stand.
    ///
    /// No branch depends on a single octet, so that the compiler looks at many at once, and nothing has to be guessed.
    private static func writeStretch(_ text: UnsafePointer<UInt8>, to output: UnsafeMutableRawBufferPointer) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: stretch) { isKept in
            var isOther: UInt8 = 0
            for place in 0..<stretch {
                let (octet, next, afterNext) = (text[place], text[place &+ 1], text[place &+ 2])
                let isTab: UInt8 = octet == 0x09 ? 1 : 0
                let isSpace: UInt8 = octet == 0x20 ? 1 : 0
                let isBeforeBlank: UInt8 = next == 0x20 || next == 0x09 ? 1 : 0
                let isBeforeEnd: UInt8 = next == 0x0D && afterNext == 0x0A ? 1 : 0
                let isDropped = (isTab | isSpace) & (isBeforeBlank | isBeforeEnd)
                isKept[place] = 1 &- isDropped
                isOther |= isTab | isDropped
            }
            // Most text has the form.
            guard isOther != 0 else {
                output.copyMemory(from: UnsafeRawBufferPointer(start: text, count: stretch))
                return stretch
            }
            var filled = 0
            for place in 0..<stretch {
                output[filled] = text[place] == 0x09 ? 0x20 : text[place]
                filled &+= Int(isKept[place])
            }
            return filled
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, each range: Range<Int>, to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var filled = 0
        for index in range {
            let rest = bytes[(index + 1)...]
            guard !bytes[index].isBlank || !(rest.first?.isBlank ?? true) && !rest.starts(with: [0x0D, 0x0A]) else {
                continue
            }
            output[filled] = bytes[index].isBlank ? 0x20 : bytes[index]
            filled += 1
        }
        return filled
    }
}
