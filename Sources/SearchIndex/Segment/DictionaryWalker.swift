import Glibc

/// Walks through the words of one user in a segment, rising.
struct DictionaryWalker {
    let section: SegmentSection
    /// The field and the octets of the present word.
    private(set) var key: [UInt8] = []
    private(set) var list = ListLocation(frequency: 0, offset: 0, length: 0, firstRow: 0)
    private(set) var isAtEnd = false
    private var block: Int
    private var offset = 0
    private var rest = 0
    private var nextList = 0

    /// Stands on the first word of a block.
    init(section: SegmentSection, block: Int) throws(IndexError) {
        self.section = section
        self.block = block
        key.reserveCapacity(80)
        try open()
        try advance()
    }

    /// Moves on to the next word.
    mutating func advance() throws(IndexError) {
        while rest == 0 {
            block += 1
            guard block < section.blockCount else {
                isAtEnd = true
                return
            }
            try open()
        }
        rest -= 1
        let base = section.segment.base
        let shared = base.varint(&offset)
        let length = base.varint(&offset)
        key.removeSubrange(min(shared, key.count)...)
        key.append(contentsOf: UnsafeRawBufferPointer(start: base + offset, count: length))
        offset += length
        list.frequency = base.varint(&offset)
        let kind = base.varint(&offset)
        list.length = kind >> 1
        if kind & 1 == 1 {
            list.firstRow = UInt32(truncatingIfNeeded: base.varint(&offset))
            list.offset = nextList
            nextList += list.length
        } else {
            list.offset = offset
            var place = offset
            list.firstRow = UInt32(truncatingIfNeeded: base.varint(&place) >> 1)
            offset += list.length
        }
    }

    /// Below, at or above a key: negative, zero or positive.
    func compare(_ other: [UInt8]) -> Int {
        let order = key.withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                guard let left = mine.baseAddress, let right = theirs.baseAddress else { return Int32(0) }
                return memcmp(left, right, min(mine.count, theirs.count))
            }
        }
        return order == 0 ? key.count - other.count : Int(order)
    }

    /// Whether it stands on a word.
    func isAt(_ other: [UInt8]) -> Bool { !isAtEnd && key == other }

    private mutating func open() throws(IndexError) {
        let segment = section.segment
        let entry = section.index + block * SegmentLayout.blockEntrySize
        let start = section.start + Int(segment.base.u64(entry + 16))
        offset = start
        try segment.verify(offset, SegmentLayout.blockHeaderSize)
        rest = Int(segment.base.u8(offset))
        offset += 1
        nextList = start - segment.base.varint(&offset)
        let length = segment.base.varint(&offset)
        try segment.verify(offset, length)
    }
}
