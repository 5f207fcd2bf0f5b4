/// Reads characters from octets of valid UTF-8; a damaged sequence reads as a separator.
struct ScalarReader {
    let base: UnsafePointer<UInt8>
    let count: Int
    var offset: Int

    mutating func next() -> UInt32? {
        guard offset < count else { return nil }
        let first = base[offset]
        offset += 1
        if first < 0x80 { return UInt32(first) }
        let length = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1
        guard first >= 0xC2, first < 0xF5, offset + length <= count else { return 0 }
        var value = UInt32(first) & (0x3F >> UInt32(length))
        for index in 0..<length { value = value << 6 | UInt32(base[offset + index] & 0x3F) }
        offset += length
        return value
    }
}
