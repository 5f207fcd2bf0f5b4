import CBytes

/// The CRC-32C checksum (Castagnoli; RFC 3720, appendix B.4) that guards everything we write to disk.
public struct CRC32C: Sendable, Equatable {
    /// The checksum of all octets so far.
    public private(set) var value: UInt32 = 0

    /// A checksum of nothing yet.
    public init() {}

    /// The checksum of one buffer.
    public static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
        sluice_crc32c(0, bytes.baseAddress, bytes.count)
    }

    /// Takes more octets in.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        value = sluice_crc32c(value, bytes.baseAddress, bytes.count)
    }
}
