/// Builds a binary record: little-endian numbers, LEB128 counts, and texts with their length before them.
@usableFromInline package struct OctetWriter: Sendable {
    /// What has been written.
    @usableFromInline package internal(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ number: UInt8) { bytes.append(number) }

    package mutating func append(_ number: UInt32) { appendFixed(number) }

    package mutating func append(_ number: UInt64) { appendFixed(number) }

    package mutating func append(_ number: Int64) { appendFixed(number) }

    package mutating func append(count: Int) {
        var rest = UInt64(count)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A number of either sign, small ones short (zigzag).
    package mutating func append(difference: Int) {
        append(count: Int(bitPattern: UInt(bitPattern: difference << 1) ^ UInt(bitPattern: difference >> 63)))
    }

    package mutating func append(_ octets: [UInt8]) {
        append(count: octets.count)
        bytes.append(contentsOf: octets)
    }

    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// A text's octets.
    package mutating func append(_ octets: UnsafeBufferPointer<UInt8>) {
        append(count: octets.count)
        bytes.append(contentsOf: octets)
    }

    /// Appends what `write` writes, at most so many octets.
    @inlinable package mutating func append(upTo limit: Int, _ write: (inout OctetCursor) -> Void) {
        bytes.append(upTo: limit, write)
    }

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    private mutating func appendFixed(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { raw in
            // As octets they are copied at once, and one after the other if they have no type.
            raw.withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
        }
    }
}
