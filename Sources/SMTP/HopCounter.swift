import Bytes

/// Counts the `Received:` fields of a message that comes piece by piece: too many are a loop (RFC 5321, section 6.3).
struct HopCounter {
    /// Where the next octet stands.
    private enum Place {
        /// At the start of a line, or behind so many octets of the field's name there.
        case name(Int)
        /// In the rest of a line.
        case line
        /// Behind the header.
        case body
    }

    private var hops = 0
    private var place = Place.name(0)

    /// Whether there are so many fields that the message must be in a loop.
    var isLooping: Bool { hops > SessionLimits.hops }

    /// Reads the next piece, as far as it belongs to the header.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count, !isLooping {
            switch place {
            case .body: return
            case .line:
                position = bytes.firstIndex(of: 0x0A, from: position) + 1
                if position <= bytes.count { place = .name(0) }
            case .name(let matched):
                guard matched > 0 || bytes[position] != 0x0D else { return place = .body }
                read(bytes[position], behind: matched, &position)
            }
        }
    }

    private mutating func read(_ octet: UInt8, behind matched: Int, _ position: inout Int) {
        let wanted = Self.name.utf8Start[matched]
        // The octet that does not fit may be the end of the line, so it is read again.
        guard octet == wanted || octet | 0x20 == wanted else { return place = .line }
        position += 1
        let isWhole = matched + 1 == Self.name.utf8CodeUnitCount
        if isWhole { hops += 1 }
        place = isWhole ? .line : .name(matched + 1)
    }

    private static let name: StaticString = "received:"
}
