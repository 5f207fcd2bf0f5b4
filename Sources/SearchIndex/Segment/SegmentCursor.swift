/// Walks through the list of one word in a segment, block by block.
final class SegmentCursor: PostingsCursor {
    private let segment: Segment
    private let list: ListLocation
    private let blocks: Int
    /// Where the table of blocks, the mails and the positions begin.
    private let table: Int
    private let mails: Int
    private var positions: Int

    private var block = -1
    private var count = 0
    private var place = 0
    private let rows: UnsafeMutablePointer<UInt32>
    private let frequencies: UnsafeMutablePointer<UInt32>

    /// The offset of the positions of the mail at `positionPlace` of the block.
    private var positionOffset = 0
    private var positionPlace = 0

    /// Stands on the newest mail.
    init(_ segment: Segment, _ list: ListLocation) throws(IndexError) {
        self.segment = segment
        self.list = list
        rows = .allocate(capacity: SegmentLayout.mailsPerBlock * 2)
        frequencies = rows + SegmentLayout.mailsPerBlock
        if list.frequency >= SegmentLayout.mailsPerBlock {
            blocks = (list.frequency + SegmentLayout.mailsPerBlock - 1) / SegmentLayout.mailsPerBlock
            table = list.offset + 4
            mails = table + blocks * SegmentLayout.skipEntrySize
        } else {
            blocks = 1
            table = 0
            mails = list.offset
        }
        positions = mails
        super.init()
        if blocks > 1 || table > 0 {
            try segment.verify(list.offset, mails - list.offset)
            positions = mails + Int(segment.base.u32(list.offset))
        }
        try load(0)
    }

    deinit { rows.deallocate() }

    override var cost: Int { list.frequency }

    override func advance(to target: UInt32) throws(IndexError) {
        guard target > key else { return }
        if target > rows[count - 1] {
            guard let next = blockHolding(target) else {
                key = Cursor.end
                return
            }
            try load(next)
        }
        while rows[place] < target { place += 1 }
        key = rows[place]
    }

    override func appendPositions(to array: inout [UInt32]) throws(IndexError) {
        try seekPositions()
        let base = segment.base
        var position = 0
        for _ in 0..<frequencies[place] {
            position += base.varint(&positionOffset)
            array.append(UInt32(truncatingIfNeeded: position))
        }
        positionPlace = place + 1
    }

    // MARK: For merging

    /// How many positions the present mail has.
    var frequency: UInt32 { frequencies[place] }

    /// The encoded positions of the present mail, in the mapped file.
    func positionBytes() throws(IndexError) -> UnsafeRawBufferPointer {
        try seekPositions()
        let start = positionOffset
        skip(Int(frequencies[place]))
        positionPlace = place + 1
        return UnsafeRawBufferPointer(start: segment.base + start, count: positionOffset - start)
    }

    // MARK: Blocks

    private func lastRow(_ block: Int) -> UInt32 {
        segment.base.u32(table + block * SegmentLayout.skipEntrySize)
    }

    /// The next block that reaches as far as a row.
    private func blockHolding(_ target: UInt32) -> Int? {
        var low = block + 1
        guard low < blocks else { return nil }
        // Most steps are short, so the search for the block doubles its stride.
        var stride = 1
        var high = low
        while high < blocks, lastRow(high) < target {
            low = high + 1
            high += stride
            stride *= 2
        }
        high = min(high, blocks)
        while low < high {
            let middle = (low + high) / 2
            if lastRow(middle) < target { low = middle + 1 } else { high = middle }
        }
        return low < blocks ? low : nil
    }

    private func load(_ next: Int) throws(IndexError) {
        block = next
        place = 0
        count = min(SegmentLayout.mailsPerBlock, list.frequency - next * SegmentLayout.mailsPerBlock)
        let first: UInt32 = next == 0 ? 0 : lastRow(next - 1) + 1
        let start = blocks == 1 && table == 0 ? mails : mails + mailsOffset(next)
        let end =
            next + 1 < blocks ? mails + mailsOffset(next + 1) : (table == 0 ? list.offset + list.length : positions)
        try segment.verify(start, end - start)
        if count == SegmentLayout.mailsPerBlock {
            unpack(start, first)
        } else {
            let behind = decodeTail(start, first)
            if table == 0 { positions = behind }
        }
        positionOffset = positions + (table == 0 ? 0 : positionsOffset(next))
        positionPlace = 0
        key = rows[0]
    }

    private func mailsOffset(_ block: Int) -> Int {
        Int(segment.base.u32(table + block * SegmentLayout.skipEntrySize + 4))
    }

    private func positionsOffset(_ block: Int) -> Int {
        Int(segment.base.u32(table + block * SegmentLayout.skipEntrySize + 8))
    }

    private func unpack(_ start: Int, _ first: UInt32) {
        let base = segment.base + start
        let gapWidth = Int(base.u8(0))
        let frequencyWidth = Int(base.u8(1))
        BitPacker.unpack(base + 2, width: gapWidth, into: rows)
        BitPacker.unpack(
            base + 2 + gapWidth * SegmentLayout.mailsPerBlock / 8, width: frequencyWidth, into: frequencies)
        var next = first
        for index in 0..<SegmentLayout.mailsPerBlock {
            rows[index] &+= next
            next = rows[index] &+ 1
            frequencies[index] &+= 1
        }
    }

    private func decodeTail(_ start: Int, _ first: UInt32) -> Int {
        var offset = start
        var next = first
        let base = segment.base
        for index in 0..<count {
            let value = base.varint(&offset)
            rows[index] = next &+ UInt32(truncatingIfNeeded: value >> 1)
            next = rows[index] &+ 1
            frequencies[index] = value & 1 == 1 ? 1 : UInt32(truncatingIfNeeded: base.varint(&offset))
        }
        return offset
    }

    // MARK: Positions

    private func seekPositions() throws(IndexError) {
        if positionPlace == 0 {
            let end = block + 1 < blocks ? positions + positionsOffset(block + 1) : list.offset + list.length
            try segment.verify(positionOffset, max(1, end - positionOffset))
        }
        if positionPlace > place {
            positionOffset = positions + (table == 0 ? 0 : positionsOffset(block))
            positionPlace = 0
        }
        var skipped = 0
        while positionPlace < place {
            skipped += Int(frequencies[positionPlace])
            positionPlace += 1
        }
        skip(skipped)
    }

    private func skip(_ count: Int) {
        var rest = count
        while rest > 0 {
            if segment.base.u8(positionOffset) < 128 { rest -= 1 }
            positionOffset += 1
        }
    }
}
