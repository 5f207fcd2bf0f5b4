/// Builds a record's payload: little-endian numbers, LEB128 counts, and texts with their length before them.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ number: UInt8) { bytes.append(number) }

    mutating func append(_ number: UInt32) { appendFixed(number) }

    mutating func append(_ number: UInt64) { appendFixed(number) }

    mutating func append(_ number: Int64) { appendFixed(number) }

    mutating func append(count: Int) {
        var rest = UInt64(count)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A number of either sign, small ones short (zigzag).
    mutating func append(difference: Int) {
        append(count: Int(bitPattern: UInt(bitPattern: difference << 1) ^ UInt(bitPattern: difference >> 63)))
    }

    mutating func append(_ octets: [UInt8]) {
        append(count: octets.count)
        bytes.append(contentsOf: octets)
    }

    mutating func append(_ text: String) {
        append(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    private mutating func appendFixed(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
