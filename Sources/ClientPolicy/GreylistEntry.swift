import Bytes
import Crypto

/// What is known about a network, a sender and a recipient that were seen together, or about the network alone.
struct GreylistEntry: Sendable, Equatable {
    /// When it was seen for the first time.
    var first: Timestamp
    /// When it was let through for the last time; the same as `first` before.
    var last: Timestamp
    /// How often it was let through, as far as that was noted.
    var passes: UInt32
}

/// The name of a triple or network in the store: the first half of a SHA-256, which nobody can aim at.
struct GreylistKey: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key of some texts; their number and order count.
    init(_ parts: String...) {
        var hash = SHA256()
        for part in parts {
            let octets = Array(part.utf8)
            withUnsafeBytes(of: UInt64(octets.count).littleEndian) { hash.update(bufferPointer: $0) }
            octets.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        (high, low) = hash.finalize().withUnsafeBytes { digest in
            (
                UInt64(littleEndian: digest.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(littleEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}

/// The entries on disk: a file of records of one length, of which the last with a key counts.
///
/// | offset | octets | content |
/// |---|---|---|
/// | 0 | 16 | key |
/// | 16 | 8 | first seen, microseconds since 1970 |
/// | 24 | 8 | last let through, likewise |
/// | 32 | 4 | how often it was let through |
/// | 36 | 4 | CRC-32C of the 36 octets before |
///
/// All numbers are little-endian. Eight octets, `SLGREY01`, stand before the first record. On disk; never renumber.
enum GreylistRecord {
    static let length = 40
    static let header = Array("SLGREY01".utf8)

    static func append(_ key: GreylistKey, _ entry: GreylistEntry, to octets: inout [UInt8]) {
        let start = octets.count
        var writer = OctetWriter()
        writer.append(key.high)
        writer.append(key.low)
        writer.append(entry.first.microseconds)
        writer.append(entry.last.microseconds)
        writer.append(entry.passes)
        octets += writer.bytes
        let checksum = octets[start...].withUnsafeBytes { CRC32C.checksum(of: $0) }
        withUnsafeBytes(of: checksum.littleEndian) { octets.append(contentsOf: $0) }
    }

    /// Reads a record; throws if its checksum is wrong.
    static func read(_ octets: UnsafeRawBufferPointer) throws(MalformedRecord) -> (GreylistKey, GreylistEntry) {
        var reader = OctetReader(octets)
        let key = GreylistKey(high: try reader.uint64(), low: try reader.uint64())
        let entry = GreylistEntry(
            first: Timestamp(microseconds: try reader.int64()), last: Timestamp(microseconds: try reader.int64()),
            passes: try reader.uint32())
        let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: octets[..<reader.offset]))
        guard try reader.uint32() == checksum else { throw MalformedRecord() }
        return (key, entry)
    }
}
