/// Walks through the list of one word in a segment, block by block.
final class SegmentCursor: PostingsCursor {
    private let segment: Segment
    /// Of the segment: at hand without counting references.
    private let base: UnsafeRawPointer
    private let list: ListLocation
    private let blocks: Int
    /// Where the table of blocks (if there is one), the mails and the positions begin; in bits, where the list is inline or short.
    private let table: Int
    private let mails: Int
    private var positions: Int

    private var block = -1
    private var count = 0
    private var place = 0
    private let rows: UnsafeMutablePointer<UInt32>
    private let frequencies: UnsafeMutablePointer<UInt32>
    /// Where the packed counts of positions of the block begin; 0 once they are read, which few searches need.
    private var packedFrequencies = 0

    /// Where the positions of the block begin, and which of them comes next.
    private var reader = PositionReader()
    private var positionPlace = 0

    private var isPacked: Bool { list.frequency >= SegmentLayout.packedFrom }

    /// Stands on the newest mail.
    init(_ segment: Segment, _ list: ListLocation) throws(IndexError) {
        self.segment = segment
        base = segment.base
        self.list = list
        blocks = (list.frequency + SegmentLayout.mailsPerBlock - 1) / SegmentLayout.mailsPerBlock
        // A short list does not need the room of a block.
        let room = min(list.frequency, SegmentLayout.mailsPerBlock)
        rows = .allocate(capacity: room * 2)
        frequencies = rows + room
        table = blocks > 1 ? list.offset + 4 : 0
        mails = blocks > 1 ? table + blocks * SegmentLayout.skipEntrySize : list.offset
        positions = mails
        super.init()
        if blocks > 1 {
            try segment.verify(list.offset, mails - list.offset)
            positions = mails + Int(base.u32(list.offset))
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
        readFrequencies()
        try seekPositions()
        var position: UInt32 = 0
        for _ in 0..<frequencies[place] {
            position &+= reader.next(base)
            array.append(position)
        }
        positionPlace = place + 1
    }

    /// Adds all mails that have a new row to a list that is being merged.
    func append(to postings: inout PostingsList, _ moves: UnsafeBufferPointer<UInt32>) throws(IndexError) {
        var values = NumberBuilder()
        for next in 0..<blocks {
            if next != block { try load(next) }
            readFrequencies()
            try seekPositions()
            var total = 0
            for index in 0..<count { total += Int(frequencies[index]) }
            values.removeAll()
            reader.take(base, total, into: values.extend(total))
            var start = 0
            for index in 0..<count {
                let frequency = Int(frequencies[index])
                let row = moves[Int(rows[index])]
                if row != SegmentMerge.gone {
                    postings.append(row: row, positions: values.base + start, frequency)
                }
                start += frequency
            }
        }
    }

    // MARK: Blocks

    private func lastRow(_ block: Int) -> UInt32 {
        base.u32(table + block * SegmentLayout.skipEntrySize)
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
        let start = blocks == 1 ? mails : mails + mailsOffset(next)
        let end =
            blocks == 1 ? list.offset + list.length : next + 1 < blocks ? mails + mailsOffset(next + 1) : positions
        if !list.isInline { try segment.verify(start, end - start) }
        let behind = isPacked ? unpack(start, first) : decodeShort(list.isInline ? start : start * 8)
        if blocks == 1 { positions = behind }
        let offset = positions + (blocks == 1 ? 0 : positionsOffset(next))
        // How much of an inline list there is, only the counts of positions say.
        let last = list.isInline ? Int.max : (list.offset + list.length) * (isPacked ? 1 : 8)
        reader.begin(at: offset, isPacked: isPacked, end: last)
        positionPlace = 0
        key = rows[0]
    }

    private func mailsOffset(_ block: Int) -> Int {
        Int(base.u32(table + block * SegmentLayout.skipEntrySize + 4))
    }

    private func positionsOffset(_ block: Int) -> Int {
        Int(base.u32(table + block * SegmentLayout.skipEntrySize + 8))
    }

    private func unpack(_ start: Int, _ first: UInt32) -> Int {
        packedFrequencies = start + PackedNumbers.decode(base + start, count, into: rows)
        var next = first
        for index in 0..<count {
            rows[index] &+= next
            next = rows[index] &+ 1
        }
        return packedFrequencies + PackedNumbers.size(base + packedFrequencies, count)
    }

    private func readFrequencies() {
        guard packedFrequencies > 0 else { return }
        _ = PackedNumbers.decode(base + packedFrequencies, count, into: frequencies)
        for index in 0..<count { frequencies[index] &+= 1 }
        packedFrequencies = 0
    }

    /// Returns the bit behind what it read.
    private func decodeShort(_ bit: Int) -> Int {
        var reader = BitReader(base: base, bit: bit)
        _ = ShortList(count: count, of: list.rows).read(&reader, rows, frequencies)
        return reader.bit
    }

    // MARK: Positions

    /// Lets the reader stand on the positions of the present mail.
    private func seekPositions() throws(IndexError) {
        if positionPlace == 0, blocks > 1 {
            let start = positions + positionsOffset(block)
            let end = block + 1 < blocks ? positions + positionsOffset(block + 1) : list.offset + list.length
            try segment.verify(start, max(1, end - start))
        }
        if positionPlace > place {
            reader.rewind()
            positionPlace = 0
        }
        var skipped = 0
        while positionPlace < place {
            skipped += Int(frequencies[positionPlace])
            positionPlace += 1
        }
        // How many there are in all tells how large the last group is.
        if !reader.knowsTotal {
            var total = 0
            for index in 0..<count { total += Int(frequencies[index]) }
            reader.total = total
        }
        reader.skip(base, skipped)
    }
}
