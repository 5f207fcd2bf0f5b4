/// Reads the positions of one block of mails one behind the other: codes in a short list, groups of packed numbers in others.
struct PositionReader: ~Copyable {
    private var isPacked = false
    private var start = 0
    private var end = 0
    private var offset = 0
    /// How many numbers there are in all, which the counts of the mails tell; -1 until told.
    var total = -1
    /// How many of them are read, or stepped over.
    private var done = 0
    /// The numbers of the present group, and how many; 0 if none was read.
    private var group: UnsafeMutablePointer<UInt32>?
    private var groupCount = 0

    deinit { group?.deallocate() }

    var knowsTotal: Bool { total >= 0 }

    /// Stands on the first of some numbers that end, at the latest, at an offset; both are bits in a short list.
    mutating func begin(at offset: Int, isPacked: Bool, end: Int) {
        self.isPacked = isPacked
        start = offset
        self.end = end
        total = -1
        rewind()
    }

    mutating func rewind() {
        offset = start
        done = 0
        groupCount = 0
    }

    /// The next number.
    @inline(__always)
    mutating func next(_ base: UnsafeRawPointer) -> UInt32 {
        guard isPacked else { return offset < end ? nextCode(base) : 0 }
        let place = done % PackedNumbers.limit
        if place == 0 || groupCount == 0 { readGroup(base) }
        let value = place < groupCount ? (group?[place] ?? 0) : 0
        done += 1
        if place == PackedNumbers.limit - 1 { groupCount = 0 }
        return value
    }

    /// The next numbers.
    mutating func take(_ base: UnsafeRawPointer, _ count: Int, into output: UnsafeMutablePointer<UInt32>) {
        for index in 0..<count { output[index] = next(base) }
    }

    /// Steps over numbers.
    mutating func skip(_ base: UnsafeRawPointer, _ count: Int) {
        guard isPacked else {
            var rest = count
            while rest > 0, offset < end {
                _ = nextCode(base)
                rest -= 1
            }
            return
        }
        let target = done + count
        // A group that was read stands behind its octets already.
        var first = done - done % PackedNumbers.limit + (groupCount > 0 ? PackedNumbers.limit : 0)
        if groupCount > 0, target < first {
            done = target
            return
        }
        groupCount = 0
        while first + PackedNumbers.limit <= target, offset < end {
            offset += PackedNumbers.size(base + offset, size(of: first))
            first += PackedNumbers.limit
        }
        done = target
    }

    @inline(__always)
    private mutating func nextCode(_ base: UnsafeRawPointer) -> UInt32 {
        var reader = BitReader(base: base, bit: offset)
        defer { offset = reader.bit }
        return UInt32(truncatingIfNeeded: reader.golomb(order: ShortList.positionOrder))
    }

    private func size(of first: Int) -> Int { max(0, min(PackedNumbers.limit, total - first)) }

    private mutating func readGroup(_ base: UnsafeRawPointer) {
        let buffer = group ?? .allocate(capacity: PackedNumbers.limit)
        group = buffer
        groupCount = size(of: done - done % PackedNumbers.limit)
        guard offset < end, groupCount > 0 else { return groupCount = 0 }
        offset += PackedNumbers.decode(base + offset, groupCount, into: buffer)
    }
}
