import Glibc

/// Walks through the words of one user in a segment, rising.
///
/// A class, so that none of its state is copied on the way: merges take millions of steps.
final class DictionaryWalker {
    let section: SegmentSection
    private(set) var list = ListLocation(frequency: 0, offset: 0, length: 0, firstRow: 0, isAlone: false)
    private(set) var isAtEnd = false
    /// The first eight octets of the key, for quick comparison.
    private(set) var leading: UInt64 = 0
    private let bytes: UnsafeMutableRawPointer
    private var count = 0
    private var block: Int
    private var offset = 0
    private var rest = 0
    private var nextList = 0

    /// Stands on the first word of a block.
    init(section: SegmentSection, block: Int) throws(IndexError) {
        self.section = section
        self.block = block
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
        let base = section.segment.base
        let (shared, length) = Self.lengths(base, &offset)
        guard shared <= count, shared + length <= SegmentLayout.maximumKey else { throw damaged }
        (bytes + shared).copyMemory(from: base + offset, byteCount: length)
        count = shared + length
        offset += length
        leading = SegmentWriter.leading(keyBytes)
        readList()
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

    @inline(__always)
    private func readList() {
        let base = section.segment.base
        let start = offset
        let head = base.varint(&offset)
        if head & 1 == 0 {
            var positions = head & 2 == 0 ? base.varint(&offset) : 1
            while positions > 0 {
                if base.u8(offset) < 128 { positions -= 1 }
                offset += 1
            }
            list = ListLocation(
                frequency: 1, offset: start, length: offset - start,
                firstRow: UInt32(truncatingIfNeeded: head >> 2), isAlone: true)
            return
        }
        let length = base.varint(&offset)
        if head & 2 != 0 {
            let row = UInt32(truncatingIfNeeded: base.varint(&offset))
            list = ListLocation(
                frequency: head >> 2, offset: nextList, length: length, firstRow: row, isAlone: false)
            nextList += length
        } else {
            var place = offset
            let row = UInt32(truncatingIfNeeded: base.varint(&place) >> 1)
            list = ListLocation(frequency: head >> 2, offset: offset, length: length, firstRow: row, isAlone: false)
            offset += length
        }
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
        let segment = section.segment
        let start = section.blockStart(block)
        offset = start
        try segment.verify(offset, SegmentLayout.blockHeaderSize)
        rest = Int(segment.base.u8(offset))
        offset += 1
        nextList = start - segment.base.varint(&offset)
        let length = segment.base.varint(&offset)
        try segment.verify(offset, length)
    }
}
