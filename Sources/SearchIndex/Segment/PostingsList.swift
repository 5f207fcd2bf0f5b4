/// The mails of one term, newest first, while a segment is written.
struct PostingsList: ~Copyable {
    private(set) var rows = NumberBuilder()
    private(set) var frequencies = NumberBuilder()
    /// For each mail its first position, then distances.
    private(set) var positions = NumberBuilder()
    private var gaps = NumberBuilder()
    private var isSorted = true

    var isEmpty: Bool { rows.count == 0 }
    var count: Int { rows.count }

    mutating func removeAll() {
        rows.removeAll()
        frequencies.removeAll()
        positions.removeAll()
        isSorted = true
    }

    /// Adds a mail with its positions.
    @inline(__always)
    mutating func append(row: UInt32, positions: UnsafePointer<UInt32>, _ count: Int) {
        begin(row)
        frequencies.append(UInt32(truncatingIfNeeded: count))
        self.positions.append(positions, count)
    }

    /// Adds a mail with all the positions that some octets hold as varints.
    @inline(__always)
    mutating func append(row: UInt32, varints: UnsafeRawPointer, octets: Int) {
        begin(row)
        let before = positions.count
        var offset = 0
        while offset < octets { positions.append(UInt32(truncatingIfNeeded: varints.varint(&offset))) }
        frequencies.append(UInt32(truncatingIfNeeded: positions.count - before))
    }

    /// Adds a mail with so many positions that a short list holds; moves on behind them.
    @inline(__always)
    mutating func append(row: UInt32, frequency: Int, _ reader: inout BitReader) {
        begin(row)
        frequencies.append(UInt32(truncatingIfNeeded: frequency))
        for _ in 0..<frequency {
            positions.append(UInt32(truncatingIfNeeded: reader.golomb(order: ShortList.positionOrder)))
        }
    }

    @inline(__always)
    private mutating func begin(_ row: UInt32) {
        if rows.count > 0, rows[rows.count - 1] >= row { isSorted = false }
        rows.append(row)
    }

    /// Brings mails that came out of order into order.
    mutating func sort() {
        guard !isSorted else { return }
        var starts: [Int] = []
        var start = 0
        for index in 0..<count {
            starts.append(start)
            start += Int(frequencies[index])
        }
        var sorted = PostingsList()
        for index in (0..<count).sorted(by: { rows[$0] < rows[$1] }) {
            sorted.append(row: rows[index], positions: positions.base + starts[index], Int(frequencies[index]))
        }
        self = sorted
    }

    // MARK: Encoding

    /// Appends a list of at least ``SegmentLayout/packedFrom`` mails as it stands on disk.
    mutating func encode(into output: inout ByteBuilder) {
        makeGaps()
        let blocks = (count + SegmentLayout.mailsPerBlock - 1) / SegmentLayout.mailsPerBlock
        guard blocks > 1 else {
            encodeBlock(0, into: &output)
            return packPositions(from: 0, to: positions.count, into: &output)
        }
        let start = output.count
        output.append(UInt32(0))
        let table = output.count
        for _ in 0..<blocks * SegmentLayout.skipEntrySize { output.append(UInt8(0)) }
        let mails = output.count
        for block in 0..<blocks {
            let entry = table + block * SegmentLayout.skipEntrySize
            let end = min((block + 1) * SegmentLayout.mailsPerBlock, count)
            output.overwrite(rows[end - 1], at: entry)
            output.overwrite(UInt32(output.count - mails), at: entry + 4)
            encodeBlock(block, into: &output)
        }
        output.overwrite(UInt32(output.count - mails), at: start)
        let origin = output.count
        var from = 0
        for block in 0..<blocks {
            output.overwrite(UInt32(output.count - origin), at: table + block * SegmentLayout.skipEntrySize + 8)
            var to = from
            for index in block * SegmentLayout.mailsPerBlock..<min((block + 1) * SegmentLayout.mailsPerBlock, count) {
                to += Int(frequencies[index])
            }
            packPositions(from: from, to: to, into: &output)
            from = to
        }
    }

    /// Appends a list of fewer mails, of a user with so many, as it stands on disk.
    func encodeShort(of rows: Int, into output: inout BitBuilder) {
        let list = ShortList(count: count, of: rows)
        var next: UInt32 = 0
        for index in 0..<count {
            list.append(gap: self.rows[index] - next, to: &output)
            next = self.rows[index] + 1
            output.append(golomb: Int(frequencies[index]) - 1, order: 0)
        }
        for index in 0..<positions.count {
            output.append(golomb: Int(positions[index]), order: ShortList.positionOrder)
        }
    }

    /// Distances less one between mails; where a packed number would be, counts of positions less one.
    private mutating func makeGaps() {
        gaps.removeAll()
        var next: UInt32 = 0
        for index in 0..<count {
            gaps.append(rows[index] - next)
            next = rows[index] + 1
        }
        for index in 0..<count { gaps.append(frequencies[index] &- 1) }
    }

    private func encodeBlock(_ block: Int, into output: inout ByteBuilder) {
        let first = block * SegmentLayout.mailsPerBlock
        let mails = min(SegmentLayout.mailsPerBlock, count - first)
        PackedNumbers.encode(gaps.base + first, mails, into: &output)
        PackedNumbers.encode(gaps.base + count + first, mails, into: &output)
    }

    private func packPositions(from: Int, to: Int, into output: inout ByteBuilder) {
        for start in stride(from: from, to: to, by: PackedNumbers.limit) {
            PackedNumbers.encode(positions.base + start, min(PackedNumbers.limit, to - start), into: &output)
        }
    }
}
