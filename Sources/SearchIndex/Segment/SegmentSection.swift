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
    let keys: Int
    let columns: Int

    /// Reads an entry of the directory, whose page is verified.
    init(segment: Segment, entry: Int) {
        let base = segment.base + entry
        self.segment = segment
        user = base.u32(0)
        rows = Int(base.u32(4))
        lowestNumber = base.u32(8)
        highestNumber = base.u32(12)
        blockCount = Int(base.u32(16))
        start = Int(base.u64(24))
        index = start + Int(base.u64(32))
        keys = index + blockCount * SegmentLayout.blockEntrySize
        columns = start + Int(base.u64(40))
    }

    /// How many octets the section has.
    var size: Int { columns + rows * SegmentLayout.columnsPerMail - start }

    /// Verifies the columns, so that they can be read without further ado.
    func verifyColumns() throws(IndexError) {
        try segment.verify(columns, rows * SegmentLayout.columnsPerMail)
    }

    // MARK: Columns

    @inline(__always)
    func number(_ row: Int) -> UInt32 { segment.base.u32(columns + row * 4) }

    func size(_ row: Int) -> UInt32 { segment.base.u32(columns + rows * 4 + row * 4) }

    func date(_ row: Int) -> Int64 { Int64(bitPattern: segment.base.u64(columns + rows * 8 + row * 8)) }

    func thread(_ row: Int) -> UInt64 { segment.base.u64(columns + rows * 16 + row * 8) }

    func bits(_ row: Int) -> UInt8 { segment.base.u8(columns + rows * 24 + row) }

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
        guard var walker = try walker(from: key) else { return nil }
        while !walker.isAtEnd {
            let order = walker.compare(key)
            if order == 0 { return walker.list }
            if order > 0 { return nil }
            try walker.advance()
        }
        return nil
    }

    /// A walk through the words that begins in the block where a key would be; nil if there are no words.
    func walker(from key: [UInt8]) throws(IndexError) -> DictionaryWalker? {
        guard blockCount > 0 else { return nil }
        try segment.verify(index, columns - index)
        return try DictionaryWalker(section: self, block: block(for: key))
    }

    /// The last block whose first key is not above a key.
    private func block(for key: [UInt8]) -> Int {
        let leading = key.withUnsafeBytes { SegmentWriter.leading($0) }
        var low = 0
        var high = blockCount
        while low < high {
            let middle = (low + high) / 2
            if isBlock(middle, above: key, leading) { high = middle } else { low = middle + 1 }
        }
        return max(low - 1, 0)
    }

    private func isBlock(_ block: Int, above key: [UInt8], _ leading: UInt64) -> Bool {
        let entry = index + block * SegmentLayout.blockEntrySize
        let first = segment.base.u64(entry)
        if first != leading { return first > leading }
        let length = Int(segment.base.u32(entry + 12))
        let start = segment.base + keys + Int(segment.base.u32(entry + 8))
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
    var frequency: Int
    /// The offset in the file.
    var offset: Int
    var length: Int
    /// The newest mail that has it.
    var firstRow: UInt32
}
