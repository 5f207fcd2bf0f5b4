/// How the mails of a word that few mails have stand on disk: bit by bit, since most words are such.
struct ShortList {
    /// Below two to this power the code of a position is shortest: chosen by the sizes of real mails.
    static let positionOrder = 6
    /// The same for the length of a list that stands apart.
    static let lengthOrder = 7

    /// How many mails the list has.
    let count: Int
    /// The bits of the row of the only mail; or else the order of the codes of gaps.
    private let rowBits: Int

    /// A list of some of a user's rows.
    init(count: Int, of rows: Int) {
        self.count = count
        rowBits = count == 1 ? Self.rowBits(rows) : max(0, Int.bitWidth - (rows / count).leadingZeroBitCount - 1)
    }

    /// How many bits any row has.
    static func rowBits(_ rows: Int) -> Int { Int.bitWidth - max(rows - 1, 0).leadingZeroBitCount }

    /// Appends how far a row is from the one that would have followed.
    @inline(__always)
    func append(gap: UInt32, to bits: inout BitBuilder) {
        if count == 1 { bits.append(UInt64(gap), rowBits) } else { bits.append(golomb: Int(gap), order: rowBits) }
    }

    @inline(__always)
    func gap(_ reader: inout BitReader) -> UInt32 {
        UInt32(truncatingIfNeeded: count == 1 ? Int(reader.bits(rowBits)) : reader.golomb(order: rowBits))
    }

    /// Reads all rows, and for each how many positions there are; returns how many there are in all.
    @inline(__always)
    func read(
        _ reader: inout BitReader, _ rows: UnsafeMutablePointer<UInt32>, _ frequencies: UnsafeMutablePointer<UInt32>
    ) -> Int {
        var next: UInt32 = 0
        var total = 0
        for index in 0..<count {
            rows[index] = next &+ gap(&reader)
            next = rows[index] &+ 1
            let frequency = reader.golomb(order: 0) + 1
            frequencies[index] = UInt32(truncatingIfNeeded: frequency)
            total += frequency
        }
        return total
    }

    /// Steps over the whole list, but not beyond an end.
    func skip(_ reader: inout BitReader, end: Int) {
        var total = 0
        for _ in 0..<count {
            _ = gap(&reader)
            total += reader.golomb(order: 0) + 1
        }
        while total > 0, reader.bit < end {
            _ = reader.golomb(order: Self.positionOrder)
            total -= 1
        }
    }
}
