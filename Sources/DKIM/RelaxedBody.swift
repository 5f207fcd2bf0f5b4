/// Makes the relaxed form of a body (RFC 6376, section 3.4.4) piece by piece: one space in the place of several blanks,
/// and none at the ends of lines.
struct RelaxedBody: Sendable {
    /// How many octets are looked at in one go for whether they have the form already.
    private static let stretch = 128

    /// Whether blanks were left out that count only if something stands behind them in the line.
    private var isSpaceDue = false

    /// Writes the form of a range of the content; returns how many octets that are, one more than it has at most.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var filled = 0
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + Self.stretch, range.upperBound)
            let rest = UnsafeMutableRawBufferPointer(rebasing: output[filled...])
            // Most text has the form, which is seen in a fraction of the time that it takes to make it.
            if !isSpaceDue, end - start == Self.stretch, end < bytes.count, Self.isRelaxed(bytes, from: start) {
                rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                filled += end - start
            } else {
                filled += walk(bytes, start..<end, to: rest)
            }
            start = end
        }
        return filled
    }

    /// Whether each blank of a stretch is one space, with something behind it in the line.
    ///
    /// It goes on where it has found one that is not: without a branch the compiler looks at 16 octets at once.
    private static func isRelaxed(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        guard let text = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: start) else { return true }
        var odd: UInt8 = 0
        for place in 0..<stretch {
            let (octet, next) = (text[place], text[place &+ 1])
            let isTab: UInt8 = octet == 0x09 ? 1 : 0
            let isSpace: UInt8 = octet == 0x20 ? 1 : 0
            let isLast: UInt8 = next == 0x20 || next == 0x09 || next == 0x0D ? 1 : 0
            odd |= isTab | isSpace & isLast
        }
        return odd == 0
    }

    private mutating func walk(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to output: UnsafeMutableRawBufferPointer
    ) -> Int {
        var isDue = isSpaceDue
        var filled = 0
        for index in range {
            let octet = bytes[index]
            if octet.isBlank {
                isDue = true
                continue
            }
            let endsLine = octet == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            if isDue, !endsLine {
                output[filled] = 0x20
                filled += 1
            }
            isDue = false
            output[filled] = octet
            filled += 1
        }
        isSpaceDue = isDue
        return filled
    }
}
