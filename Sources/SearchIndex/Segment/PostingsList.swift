/// The mails of one term, newest first, while a segment is written.
struct PostingsList: ~Copyable {
    private(set) var rows: [UInt32] = []
    private(set) var frequencies: [UInt32] = []
    /// Where the positions of each mail end.
    private(set) var positionEnds: [Int] = []
    private(set) var positions = ByteBuilder()
    private var isSorted = true

    var isEmpty: Bool { rows.isEmpty }
    var count: Int { rows.count }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        frequencies.removeAll(keepingCapacity: true)
        positionEnds.removeAll(keepingCapacity: true)
        positions.removeAll()
        isSorted = true
    }

    /// Adds a mail with its encoded positions.
    @inline(__always)
    mutating func append(row: UInt32, frequency: UInt32, positions bytes: UnsafeRawBufferPointer) {
        if let last = rows.last, last >= row { isSorted = false }
        rows.append(row)
        frequencies.append(frequency)
        positions.append(bytes)
        positionEnds.append(positions.count)
    }

    /// Brings mails that came out of order into order.
    mutating func sort() {
        guard !isSorted else { return }
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        var sorted = PostingsList()
        for index in order {
            let start = index == 0 ? 0 : positionEnds[index - 1]
            sorted.append(
                row: rows[index], frequency: frequencies[index],
                positions: UnsafeRawBufferPointer(rebasing: positions.bytes[start..<positionEnds[index]]))
        }
        self = sorted
    }

    /// How many positions some encoded positions are: each ends in an octet below 128.
    @inline(__always)
    static func count(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var count: UInt32 = 0
        for byte in bytes where byte < 128 { count += 1 }
        return count
    }

    // MARK: Encoding

    /// Appends the list as it stands on disk.
    func encode(into output: inout ByteBuilder) {
        let full = rows.count / SegmentLayout.mailsPerBlock
        guard full > 0 else {
            encodeTail(from: 0, into: &output)
            return output.append(positions.bytes)
        }
        let start = output.count
        let blocks = (rows.count + SegmentLayout.mailsPerBlock - 1) / SegmentLayout.mailsPerBlock
        output.append(UInt32(0))
        let table = output.count
        for _ in 0..<blocks * SegmentLayout.skipEntrySize { output.append(UInt8(0)) }
        let mails = output.count
        for block in 0..<blocks {
            let first = block * SegmentLayout.mailsPerBlock
            let last = min(first + SegmentLayout.mailsPerBlock, rows.count) - 1
            let entry = table + block * SegmentLayout.skipEntrySize
            output.overwrite(rows[last], at: entry)
            output.overwrite(UInt32(output.count - mails), at: entry + 4)
            output.overwrite(UInt32(first == 0 ? 0 : positionEnds[first - 1]), at: entry + 8)
            if block < full { encodeBlock(from: first, into: &output) } else { encodeTail(from: first, into: &output) }
        }
        output.overwrite(UInt32(output.count - mails), at: start)
        output.append(positions.bytes)
    }

    /// Fewer than 128 mails: gap × 2 + (one position only), then the count of positions where it is not one.
    private func encodeTail(from start: Int, into output: inout ByteBuilder) {
        var next: UInt32 = start == 0 ? 0 : rows[start - 1] + 1
        for index in start..<rows.count {
            let gap = Int(rows[index] - next)
            next = rows[index] + 1
            if frequencies[index] == 1 {
                output.append(varint: gap << 1 | 1)
            } else {
                output.append(varint: gap << 1)
                output.append(varint: Int(frequencies[index]))
            }
        }
    }

    /// 128 mails: two widths, then gaps and counts of positions less one, each in so many bits.
    private func encodeBlock(from start: Int, into output: inout ByteBuilder) {
        let first: UInt32 = start == 0 ? 0 : rows[start - 1] + 1
        var gapBits: UInt32 = 0
        var frequencyBits: UInt32 = 0
        var next = first
        for index in start..<start + SegmentLayout.mailsPerBlock {
            gapBits |= rows[index] - next
            next = rows[index] + 1
            frequencyBits |= frequencies[index] &- 1
        }
        let gapWidth = 32 - gapBits.leadingZeroBitCount
        let frequencyWidth = 32 - frequencyBits.leadingZeroBitCount
        output.append(UInt8(gapWidth))
        output.append(UInt8(frequencyWidth))
        var packer = BitPacker()
        next = first
        for index in start..<start + SegmentLayout.mailsPerBlock {
            packer.append(rows[index] - next, width: gapWidth, to: &output)
            next = rows[index] + 1
        }
        for index in start..<start + SegmentLayout.mailsPerBlock {
            packer.append(frequencies[index] &- 1, width: frequencyWidth, to: &output)
        }
    }
}

/// Packs numbers into bits, the lowest first.
///
/// 128 numbers of any width end at an octet.
struct BitPacker {
    private var bits: UInt64 = 0
    private var count = 0

    @inline(__always)
    mutating func append(_ value: UInt32, width: Int, to output: inout ByteBuilder) {
        bits |= UInt64(value) << UInt64(count)
        count += width
        while count >= 8 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            count -= 8
        }
    }

    /// Reads 128 numbers; up to seven octets behind them are looked at.
    @inline(__always)
    static func unpack(_ base: UnsafeRawPointer, width: Int, into output: UnsafeMutablePointer<UInt32>) {
        let mask: UInt64 = (1 << UInt64(width)) - 1
        var bit = 0
        for index in 0..<SegmentLayout.mailsPerBlock {
            let word = base.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)
            output[index] = UInt32(truncatingIfNeeded: word >> UInt64(bit & 7) & mask)
            bit += width
        }
    }
}
