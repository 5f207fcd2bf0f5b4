import Glibc

/// The part of a segment that belongs to one user: words, their lists, and columns.
///
/// All offsets in it count from its beginning, so a section can be copied to another place as it is.
struct SegmentSection {
    let segment: Segment
    let user: UInt32
    /// How many mails; rows count from the newest.
    let rows: Int
    let lowestNumber: UInt32
    let highestNumber: UInt32
    let blockCount: Int
    let start: Int
    let index: Int
    /// Of the segment: at hand without counting references.
    private let base: UnsafeRawPointer
    private let columnsStart: Int
    private let columns: SegmentColumns

    /// Reads an entry of the directory, whose page is verified.
    init(segment: Segment, entry: Int) {
        let entry = segment.base + entry
        self.segment = segment
        base = segment.base
        user = entry.u32(0)
        rows = Int(entry.u32(4))
        lowestNumber = entry.u32(8)
        highestNumber = entry.u32(12)
        blockCount = Int(entry.u32(16))
        start = Int(truncatingIfNeeded: entry.u64(24))
        index = start &+ Int(truncatingIfNeeded: entry.u64(32))
        columnsStart = start &+ Int(truncatingIfNeeded: entry.u64(40))
        columns = SegmentColumns(
            widths: entry.u32(20), fieldWidths: entry.u32(56), rows: rows, highest: highestNumber,
            earliest: Int64(bitPattern: entry.u64(48)))
    }

    /// The octets of the section in the file.
    var range: Range<Int> { start..<columnsStart + columns.octets }

    /// Verifies the columns, so that they can be read without further ado.
    func verifyColumns() throws(IndexError) {
        try segment.verify(columnsStart, columns.octets)
    }

    // MARK: Columns

    @inline(__always)
    func number(_ row: Int) -> UInt32 { columns.number(base + columnsStart, row) }

    func size(_ row: Int) -> UInt32 { columns.size(base + columnsStart, row) }

    func date(_ row: Int) -> Int64 { columns.date(base + columnsStart, row) }

    func thread(_ row: Int) -> UInt64 { columns.thread(base + columnsStart, row) }

    func fields(_ row: Int) -> FieldStarts { columns.fields(base + columnsStart, row) }

    func bits(_ row: Int) -> UInt8 { columns.bits(base + columnsStart, row) }

    /// The first row whose number is below another.
    func firstRow(below number: UInt32) -> Int {
        var low = 0
        var high = rows
        while low < high {
            let middle = (low + high) / 2
            if self.number(middle) >= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The row of a number.
    func row(of number: UInt32) -> Int? {
        guard number >= lowestNumber, number <= highestNumber else { return nil }
        let row = number == UInt32.max ? 0 : firstRow(below: number + 1)
        return row < rows && self.number(row) == number ? row : nil
    }

    // MARK: Words

    /// The list of a word.
    func list(_ key: [UInt8]) throws(IndexError) -> ListLocation? {
        guard let walker = try walker(from: key) else { return nil }
        let leading = key.withUnsafeBytes { SegmentWriter.leading($0) }
        while !walker.isAtEnd {
            guard walker.leading >= leading else {
                try walker.advance()
                continue
            }
            let order = key.withUnsafeBytes { walker.compare($0) }
            if order == 0 { return walker.list() }
            if order > 0 { return nil }
            try walker.advance()
        }
        return nil
    }

    /// A walk through the words that begins in the block where a key would be; nil if there are no words.
    func walker(from key: [UInt8]) throws(IndexError) -> DictionaryWalker? {
        guard blockCount > 0 else { return nil }
        try segment.verify(index, columnsStart - index)
        return try DictionaryWalker(section: self, block: block(for: key))
    }

    /// Where a dictionary block begins in the file.
    func blockStart(_ block: Int) -> Int {
        let entry = index + block * SegmentLayout.blockEntrySize
        return start + Int(base.u32(entry + 8)) + Int(base.u16(entry + 12)) << 32
    }

    /// The last block whose first key is not above a key.
    private func block(for key: [UInt8]) throws(IndexError) -> Int {
        let leading = key.withUnsafeBytes { SegmentWriter.leading($0) }
        var low = 0
        var high = blockCount
        while low < high {
            let middle = (low + high) / 2
            if try isBlock(middle, above: key, leading) { high = middle } else { low = middle + 1 }
        }
        return max(low - 1, 0)
    }

    private func isBlock(_ block: Int, above key: [UInt8], _ leading: UInt64) throws(IndexError) -> Bool {
        let first = base.u64(index + block * SegmentLayout.blockEntrySize)
        if first != leading { return first > leading }
        // The first eight octets agree, so the block itself has to say the rest; its first word shares nothing.
        var offset = blockStart(block)
        try segment.verify(
            offset, min(SegmentLayout.blockHeaderSize + SegmentLayout.maximumKey, columnsStart - offset))
        offset += 1
        for _ in 0..<3 { _ = base.varint(&offset) }
        let length = DictionaryWalker.lengths(base, &offset).length
        let start = base + offset
        let order = key.withUnsafeBytes { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return 1 }
            return memcmp(start, base, min(length, buffer.count))
        }
        return order > 0 || (order == 0 && length > key.count)
    }
}

/// Where the list of a word is, and what the dictionary says of it.
struct ListLocation {
    /// How many mails have the word, dead ones included.
    var frequency = 0
    /// How many mails the user has in the segment.
    var rows = 0
    /// Whether it stands in the dictionary itself, whose page then is verified.
    var isInline = false
    /// The offset in the file: in bits if it is inline, or else in octets.
    var offset = 0
    /// Its octets, unless it is inline.
    var length = 0
    /// The newest mail that has it.
    var firstRow: UInt32 = 0
}
