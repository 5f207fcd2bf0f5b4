/// Reads numbers and octets one after another; each step is `nil` where the end comes first.
struct LittleEndianReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next number, the least octet first.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard bytes.count - position >= size else { return nil }
        defer { position += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    /// The next octets.
    mutating func octets(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, bytes.count - position >= count else { return nil }
        defer { position += count }
        return bytes.part(position..<(position + count))
    }

    /// Moves on to a multiple of four.
    mutating func align() {
        position = min((position + 3) & ~3, bytes.count)
    }
}
