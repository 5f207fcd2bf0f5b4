import Bytes

/// The first octets of a segment.
struct SegmentHeader: Equatable {
    static let size = 64
    /// `SLUICEQ` and the format's version; a changed format gets another.
    static let magic: UInt64 = 0x3151_4543_4955_4C53

    /// The segment's number, which its name also bears: a segment under another number's name is a spare.
    var number: UInt64
    /// The number of its first record.
    var firstSequence: UInt64
    var created: Timestamp
    /// How large the file is made.
    var size: Int
    /// A random number that all its records bear.
    var salt: UInt64 = 0

    func write(to buffer: UnsafeMutableRawBufferPointer) {
        for offset in 0..<Self.size { buffer[offset] = 0 }
        buffer.storeBytes(of: Self.magic.littleEndian, toByteOffset: 0, as: UInt64.self)
        buffer.storeBytes(of: number.littleEndian, toByteOffset: 8, as: UInt64.self)
        buffer.storeBytes(of: firstSequence.littleEndian, toByteOffset: 16, as: UInt64.self)
        buffer.storeBytes(of: created.microseconds.littleEndian, toByteOffset: 24, as: Int64.self)
        buffer.storeBytes(of: UInt64(size).littleEndian, toByteOffset: 32, as: UInt64.self)
        buffer.storeBytes(of: salt.littleEndian, toByteOffset: 40, as: UInt64.self)
        let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: buffer[..<60]))
        buffer.storeBytes(of: checksum.littleEndian, toByteOffset: 60, as: UInt32.self)
    }

    init(number: UInt64, firstSequence: UInt64, created: Timestamp, size: Int, salt: UInt64 = 0) {
        self.salt = salt
        self.number = number
        self.firstSequence = firstSequence
        self.created = created
        self.size = size
    }

    /// Reads a header; `nil` if these octets are none.
    init?(_ buffer: UnsafeRawBufferPointer) {
        guard buffer.count >= Self.size,
            UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self)) == Self.magic,
            UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 60, as: UInt32.self))
                == CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: buffer[..<60]))
        else { return nil }
        number = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        firstSequence = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        created = Timestamp(
            microseconds: Int64(littleEndian: buffer.loadUnaligned(fromByteOffset: 24, as: Int64.self)))
        size = Int(UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 32, as: UInt64.self)))
        salt = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 40, as: UInt64.self))
    }
}
