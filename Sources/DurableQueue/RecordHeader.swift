import Bytes

/// What stands before every record of a segment.
struct RecordHeader: Equatable {
    /// On disk; never renumber.
    enum Kind: UInt8 {
        case checkpoint = 1
        case accepted = 2
        case carried = 3
        case changed = 4
        case attempted = 5
        case retired = 6
        case acceptedSpooled = 7
        case carriedSpooled = 8
        case checkpointWithReasons = 9
        case delivered = 10

        /// Whether it holds a message.
        var isMessage: Bool {
            switch self {
            case .accepted, .carried, .acceptedSpooled, .carriedSpooled: true
            case .checkpoint, .checkpointWithReasons, .changed, .delivered, .attempted, .retired: false
            }
        }
    }

    static let size = 40
    /// Records begin at multiples of this, so that a search for the next one is quick.
    static let alignment = 8
    /// `SQr1` in the order of the file, for a segment without salt.
    static let magic: UInt32 = 0x3172_5153

    /// What the first four octets of a segment's records are.
    static func mark(of salt: UInt64) -> UInt32 { magic ^ UInt32(truncatingIfNeeded: salt) }

    var kind: Kind
    /// Octets of payload.
    var length: Int
    var payloadChecksum: UInt32
    /// The record's number, counted through all segments.
    var sequence: UInt64
    /// The first record that was not durable yet when this one was written.
    var firstUnsynced: UInt64
    /// The segment's secret: mail is written into segments, and must not be taken for records whatever it contains.
    var salt: UInt64

    /// What the record takes in the segment.
    var paddedSize: Int { Self.paddedSize(payload: length) }

    static func paddedSize(payload: Int) -> Int {
        (size + payload + alignment - 1) / alignment * alignment
    }

    /// Writes the header to the first 40 octets of `buffer`.
    func write(to buffer: UnsafeMutableRawBufferPointer) {
        buffer.storeBytes(of: Self.mark(of: salt).littleEndian, toByteOffset: 0, as: UInt32.self)
        buffer.storeBytes(of: UInt32(kind.rawValue).littleEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 8, as: UInt32.self)
        buffer.storeBytes(of: payloadChecksum.littleEndian, toByteOffset: 12, as: UInt32.self)
        buffer.storeBytes(of: sequence.littleEndian, toByteOffset: 16, as: UInt64.self)
        buffer.storeBytes(of: firstUnsynced.littleEndian, toByteOffset: 24, as: UInt64.self)
        buffer.storeBytes(of: UInt32(salt >> 32).littleEndian, toByteOffset: 32, as: UInt32.self)
        let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: buffer[..<36]))
        buffer.storeBytes(of: checksum.littleEndian, toByteOffset: 36, as: UInt32.self)
    }

    init(
        kind: Kind, length: Int, payloadChecksum: UInt32, sequence: UInt64, firstUnsynced: UInt64, salt: UInt64 = 0
    ) {
        self.salt = salt
        self.kind = kind
        self.length = length
        self.payloadChecksum = payloadChecksum
        self.sequence = sequence
        self.firstUnsynced = firstUnsynced
    }

    /// Whether a header of this salt may have stood here: one half of the salt at least is where it would be.
    static func bearsTrace(of salt: UInt64, _ buffer: UnsafeRawBufferPointer) -> Bool {
        guard buffer.count >= size else { return false }
        return UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self)) == mark(of: salt)
            || UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
                == UInt32(truncatingIfNeeded: salt >> 32)
    }

    /// Reads a header; `nil` if these octets are none, or have another salt than the one that is asked for.
    init?(_ buffer: UnsafeRawBufferPointer, salt wanted: UInt64? = nil) {
        guard buffer.count >= Self.size else { return nil }
        let mark = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        let upper = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 32, as: UInt32.self))
        salt = UInt64(upper) << 32 | UInt64(mark ^ Self.magic)
        guard wanted ?? salt == salt,
            UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 36, as: UInt32.self))
                == CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: buffer[..<36])),
            let kind = Kind(rawValue: buffer[4])
        else { return nil }
        self.kind = kind
        length = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
        payloadChecksum = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        sequence = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        firstUnsynced = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    }
}
