import Glibc

/// Walks through the words of one user in a segment, rising.
///
/// A class, so that none of its state is copied on the way: merges take millions of steps.
final class DictionaryWalker {
    let section: SegmentSection
    private(set) var isAtEnd = false
    /// The first eight octets of the key, for quick comparison.
    private(set) var leading: UInt64 = 0
    /// Of the segment, which the section keeps alive: at hand without counting references.
    private let base: UnsafeRawPointer
    private let bytes: UnsafeMutableRawPointer
    private var count = 0
    private var block: Int
    private var offset = 0
    private var rest = 0
    // The lists of the block are stepped over only when one is asked for.
    private var reader: BitReader
    /// Where the skips and the heads of the block begin, from the beginning of the file.
    private var skips = 0
    private var heads = 0
    private var listsEnd = 0
    private var wordsRead = 0
    private var listsRead = 0
    private var listsStart = 0
    private var nextList = 0
    private var present = ListLocation()
    /// The list that the reader stands on; nil if it is behind it, or the list is not in the block.
    private var standing: ShortList?

    /// Stands on the first word of a block.
    init(section: SegmentSection, block: Int) throws(IndexError) {
        self.section = section
        self.block = block
        base = section.segment.base
        reader = BitReader(base: base, bit: 0)
        bytes = .allocate(byteCount: SegmentLayout.maximumKey, alignment: 8)
        try open()
        try advance()
    }

    deinit { bytes.deallocate() }

    /// The field and the octets of the present word, until the next step.
    var keyBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }

    /// The field and the octets of the present word.
    var key: [UInt8] { Array(keyBytes) }

    /// Moves on to the next word.
    func advance() throws(IndexError) {
        while rest == 0 {
            block += 1
            guard block < section.blockCount else {
                isAtEnd = true
                return
            }
            try open()
        }
        rest -= 1
        let (shared, length) = Self.lengths(base, &offset)
        guard shared <= count, shared + length <= SegmentLayout.maximumKey else { throw damaged }
        (bytes + shared).copyMemory(from: base + offset, byteCount: length)
        count = shared + length
        offset += length
        leading = SegmentWriter.leading(keyBytes)
        wordsRead += 1
    }

    /// The octets shared with the key before, and those that follow.
    @inline(__always)
    static func lengths(_ base: UnsafeRawPointer, _ offset: inout Int) -> (shared: Int, length: Int) {
        let head = Int(base.u8(offset))
        offset += 1
        var shared = head & 15
        var length = head >> 4
        if shared == SegmentLayout.nibbleLimit { shared += base.varint(&offset) }
        if length == SegmentLayout.nibbleLimit { length += base.varint(&offset) }
        return (shared, length)
    }

    /// The list of the present word.
    func list() -> ListLocation {
        skipLists()
        while listsRead < wordsRead {
            standing?.skip(&reader, end: listsEnd)
            present = readHead()
            listsRead += 1
        }
        return present
    }

    /// Steps over as many lists at once as there are skips for.
    private func skipLists() {
        let wanted = (wordsRead - 1) / SegmentLayout.termsPerSkip
        guard wanted * SegmentLayout.termsPerSkip > listsRead else { return }
        var offset = skips
        var bits = 0
        nextList = listsStart
        for _ in 0..<wanted {
            bits += base.varint(&offset)
            nextList += base.varint(&offset)
        }
        reader.bit = min(heads * 8 + bits, listsEnd)
        listsRead = wanted * SegmentLayout.termsPerSkip
        standing = nil
    }

    /// Adds all mails of the present word that have a new row to a list that is being merged.
    func append(to postings: inout PostingsList, _ moves: UnsafeBufferPointer<UInt32>) throws(IndexError) {
        let list = list()
        guard let short = standing else {
            return try SegmentCursor(section.segment, list).append(to: &postings, moves)
        }
        standing = nil
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: SegmentLayout.packedFrom * 2) { buffer in
            guard let rows = buffer.baseAddress else { return }
            let frequencies = rows + SegmentLayout.packedFrom
            _ = short.read(&reader, rows, frequencies)
            for index in 0..<short.count {
                let row = moves[Int(rows[index])]
                if row != SegmentMerge.gone {
                    postings.append(row: row, frequency: Int(frequencies[index]), &reader)
                } else {
                    for _ in 0..<frequencies[index] { _ = reader.golomb(order: ShortList.positionOrder) }
                }
            }
        }
    }

    @inline(__always)
    private func readHead() -> ListLocation {
        let count = reader.golomb(order: 0) + 1
        var list = ListLocation(frequency: count, rows: section.rows)
        if reader.bits(1) == 0 {
            let short = ShortList(count: count, of: section.rows)
            standing = short
            list.isInline = true
            list.offset = reader.bit
            var ahead = reader
            list.firstRow = short.gap(&ahead)
        } else {
            standing = nil
            list.length = reader.golomb(order: ShortList.lengthOrder)
            list.firstRow = UInt32(truncatingIfNeeded: reader.bits(ShortList.rowBits(section.rows)))
            list.offset = nextList
            nextList += list.length
        }
        return list
    }

    /// Below, at or above a key: negative, zero or positive.
    func compare(_ other: UnsafeRawBufferPointer) -> Int {
        guard let start = other.baseAddress else { return count }
        let order = memcmp(bytes, start, min(count, other.count))
        return order == 0 ? count - other.count : Int(order)
    }

    /// Below, at or above the word of another walker.
    @inline(__always)
    func compare(_ other: DictionaryWalker) -> Int {
        if leading != other.leading { return leading < other.leading ? -1 : 1 }
        return compare(other.keyBytes)
    }

    private var damaged: IndexError {
        .corruptSegment(file: section.segment.file, reason: "a word of user \(section.user) is too long")
    }

    private func open() throws(IndexError) {
        let start = section.blockStart(block)
        offset = start
        try section.segment.verify(offset, SegmentLayout.blockHeaderSize)
        rest = Int(base.u8(offset))
        offset += 1
        listsStart = start - base.varint(&offset)
        nextList = listsStart
        let words = base.varint(&offset)
        let lists = base.varint(&offset)
        try section.segment.verify(offset, words + lists)
        skips = offset + words
        heads = skips
        for _ in 0..<max(rest - 1, 0) / SegmentLayout.termsPerSkip * 2 { _ = base.varint(&heads) }
        reader.bit = heads * 8
        listsEnd = (skips + lists) * 8
        wordsRead = 0
        listsRead = 0
        standing = nil
    }
}
