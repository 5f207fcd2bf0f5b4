/// The loops of base64 (RFC 4648, section 4), over pointers and tables: attachments are most of the octets of mail.
enum Base64 {
    /// The character of each digit.
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    static let padding = UInt8(ascii: "=")
    /// What a character that is no digit has in the table.
    static let invalid: UInt8 = 0xFF

    /// The digit of each character.
    static let digits: [UInt8] = {
        var table = [UInt8](repeating: invalid, count: 256)
        for (digit, character) in alphabet.enumerated() { table[Int(character)] = UInt8(digit) }
        return table
    }()

    /// The two characters of each twelve bits, the first in the lower octet.
    static let pairs: [UInt16] = (0..<4096).map { bits in
        UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8
    }

    /// Encodes without line ends; `target` must have room for four octets for each three begun.
    static func encode(_ content: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
        guard let source = content.baseAddress else { return }
        pairs.withUnsafeBufferPointer { pairs in
            var (read, written) = (0, 0)
            while read + 3 <= content.count {
                let bits =
                    Int(source.load(fromByteOffset: read, as: UInt8.self)) << 16
                    | Int(source.load(fromByteOffset: read + 1, as: UInt8.self)) << 8
                    | Int(source.load(fromByteOffset: read + 2, as: UInt8.self))
                target.storeBytes(of: pairs[bits >> 12].littleEndian, toByteOffset: written, as: UInt16.self)
                target.storeBytes(of: pairs[bits & 0xFFF].littleEndian, toByteOffset: written + 2, as: UInt16.self)
                read += 3
                written += 4
            }
            guard read < content.count else { return }
            let isPair = read + 2 == content.count
            let first = Int(source.load(fromByteOffset: read, as: UInt8.self))
            let second = isPair ? Int(source.load(fromByteOffset: read + 1, as: UInt8.self)) : 0
            let last = (first << 8 | second) << 2
            target.storeBytes(of: pairs[last >> 6].littleEndian, toByteOffset: written, as: UInt16.self)
            target.storeBytes(of: isPair ? alphabet[last & 63] : padding, toByteOffset: written + 2, as: UInt8.self)
            target.storeBytes(of: padding, toByteOffset: written + 3, as: UInt8.self)
        }
    }

    /// Decodes digits without line ends, padded to a multiple of four.
    ///
    /// - Returns: How many octets were written, or `nil` where the encoder could not have made this.
    static func decode(_ encoded: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int? {
        guard let source = encoded.baseAddress, encoded.count > 0 else { return 0 }
        guard encoded.count.isMultiple(of: 4) else { return nil }
        return digits.withUnsafeBufferPointer { digits in
            func digit(_ offset: Int) -> UInt32 {
                UInt32(digits[Int(source.load(fromByteOffset: offset, as: UInt8.self))])
            }
            let whole = encoded.count - 4
            var (read, written) = (0, 0)
            var seen: UInt32 = 0
            while read < whole {
                let (a, b, c, d) = (digit(read), digit(read + 1), digit(read + 2), digit(read + 3))
                seen |= a | b | c | d
                let bits = a << 18 | b << 12 | c << 6 | d
                target.storeBytes(of: UInt8(truncatingIfNeeded: bits >> 16), toByteOffset: written, as: UInt8.self)
                target.storeBytes(of: UInt8(truncatingIfNeeded: bits >> 8), toByteOffset: written + 1, as: UInt8.self)
                target.storeBytes(of: UInt8(truncatingIfNeeded: bits), toByteOffset: written + 2, as: UInt8.self)
                read += 4
                written += 3
            }
            guard seen < 64 else { return nil }
            let last = UnsafeRawBufferPointer(start: source + whole, count: 4)
            return decodeLast(last, to: target + written).map { written + $0 }
        }
    }

    /// Decodes the last four digits, of which one or two may be padding.
    private static func decodeLast(_ group: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int? {
        let count = group[3] != padding ? 3 : group[2] != padding ? 2 : 1
        var bits: UInt32 = 0
        for position in 0..<4 {
            let digit = position <= count ? digits[Int(group[position])] : 0
            guard digit != invalid else { return nil }
            bits = bits << 6 | UInt32(digit)
        }
        // Bits that belong to no octet are zero, or encoding again would lose them.
        guard bits & (0xFFFFFF >> UInt32(count * 8)) == 0 else { return nil }
        for position in 0..<count {
            let octet = UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * position))
            target.storeBytes(of: octet, toByteOffset: position, as: UInt8.self)
        }
        return count
    }
}
