import Synchronization

/// Walks through the records of one term of level 0, backwards through its slices.
final class LevelZeroCursor: PostingsCursor {
    private let level: LevelZero
    private var frequency: Int
    private var ordinal: UInt32
    /// The end of the record.
    private var tail: Int
    /// What the record says: the positions, and the end of the record before.
    private var positions: Range<Int> = 0..<0
    private var before: Int = 0
    private var ordinalBefore: UInt32 = 0

    /// Stands on the newest mail that is visible.
    init(_ level: LevelZero, term: Int, visible: UInt32) {
        self.level = level
        frequency = level.frequency(term)
        let state = level.state(term).pointee.load(ordering: .acquiring)
        ordinal = UInt32(truncatingIfNeeded: state)
        tail = Int(state >> 32)
        super.init()
        load()
        advance(to: ~visible)
    }

    /// Begins anew on another term, for the flush.
    func restart(_ term: Int) {
        frequency = level.frequency(term)
        let state = level.state(term).pointee.load(ordering: .acquiring)
        ordinal = UInt32(truncatingIfNeeded: state)
        tail = Int(state >> 32)
        load()
    }

    override var cost: Int { frequency }

    override func advance(to target: UInt32) {
        while key < target {
            ordinal = ordinalBefore
            tail = before
            load()
        }
    }

    override func appendPositions(to array: inout [UInt32]) {
        var offset = positions.lowerBound
        var position = 0
        let base = UnsafeRawPointer(level.arena.base)
        while offset < positions.upperBound {
            position += base.varint(&offset)
            array.append(UInt32(truncatingIfNeeded: position))
        }
    }

    /// The octets of the positions of the present mail.
    var positionBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: level.arena.base + positions.lowerBound, count: positions.count)
    }

    private func load() {
        guard tail > 0 else {
            key = Cursor.end
            return
        }
        var offset = tail
        let distance = readBackwards(&offset)
        let length = readBackwards(&offset)
        positions = offset - length..<offset
        ordinalBefore = ordinal - UInt32(truncatingIfNeeded: distance >> 1)
        before = positions.lowerBound
        if distance & 1 == 1 { before = Int(level.arena.base.u32(before - 4)) }
        key = ~ordinal
    }

    @inline(__always)
    private func readBackwards(_ offset: inout Int) -> Int {
        var value = 0
        var shift = 0
        while true {
            offset -= 1
            let byte = level.arena.base.load(fromByteOffset: offset, as: UInt8.self)
            value |= Int(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
    }
}
