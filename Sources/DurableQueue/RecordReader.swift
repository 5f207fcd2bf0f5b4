/// A payload that its checksum calls whole but that makes no sense: written by another version, or by a bug.
struct MalformedRecord: Error {}

/// Reads what ``RecordWriter`` wrote.
struct RecordReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// How many octets are left.
    var remaining: Int { bytes.count - offset }

    mutating func byte() throws(MalformedRecord) -> UInt8 {
        guard remaining >= 1 else { throw MalformedRecord() }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func uint32() throws(MalformedRecord) -> UInt32 { try fixed() }

    mutating func uint64() throws(MalformedRecord) -> UInt64 { try fixed() }

    mutating func int64() throws(MalformedRecord) -> Int64 { try fixed() }

    mutating func count() throws(MalformedRecord) -> Int {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return Int(bitPattern: UInt(number)) }
        }
        throw MalformedRecord()
    }

    mutating func difference() throws(MalformedRecord) -> Int {
        let zigzag = UInt(bitPattern: try count())
        return Int(bitPattern: zigzag >> 1) ^ -Int(bitPattern: zigzag & 1)
    }

    /// A count of things that each take at least one octet, so that nonsense cannot make us reserve memory for it.
    mutating func countOfItems() throws(MalformedRecord) -> Int {
        let number = try count()
        guard number >= 0, number <= remaining else { throw MalformedRecord() }
        return number
    }

    mutating func octets() throws(MalformedRecord) -> [UInt8] {
        let length = try countOfItems()
        defer { offset += length }
        return Array(bytes[offset..<offset + length])
    }

    mutating func text() throws(MalformedRecord) -> String {
        let length = try countOfItems()
        defer { offset += length }
        return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
    }

    private mutating func fixed<Number: FixedWidthInteger>() throws(MalformedRecord) -> Number {
        let size = MemoryLayout<Number>.size
        guard remaining >= size else { throw MalformedRecord() }
        defer { offset += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
}
