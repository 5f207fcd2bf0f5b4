import CBytes

/// Base64 as tags have it (RFC 4648, section 4): white space may stand anywhere, everything else is strict.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The octets; `nil` if a character does not belong there or the padding is wrong.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let octets = text.withContiguousStorageIfAvailable { text in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count / 4 * 3 + decoderRoom) { octets in
                decode(text, to: octets).map { Array(UnsafeBufferPointer(rebasing: octets[..<$0])) }
            }
        }
        return octets ?? decode(Array(text))
    }

    /// What `sluice_base64_decode` may overwrite behind the octets.
    private static let decoderRoom = 32

    /// Writes the octets, three for each four characters and up to two more; returns how many they are.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, to octets: UnsafeMutableBufferPointer<UInt8>
    ) -> Int? {
        let values = values
        var (bits, count, pads, filled, place) = (UInt32(0), 0, 0, 0, 0)
        func write(_ bits: UInt32) {
            octets[filled] = UInt8(truncatingIfNeeded: bits)
            filled += 1
        }
        while place < text.count {
            if count % 4 == 0, pads == 0 {
                // Most characters come in groups of four with few line ends between them.
                var taken = 0
                let start = text.baseAddress.map { $0 + place }
                filled += sluice_base64_decode(
                    start, text.count - place, octets.baseAddress.map { $0 + filled }, &taken)
                place += taken
                if taken > 0 { continue }
            }
            let character = text[place]
            place += 1
            let value = values[Int(character)]
            guard value != 0xFF else {
                if character.isWhiteSpace { continue }
                guard character == padding else { return nil }
                pads += 1
                continue
            }
            guard pads == 0 else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 1
            guard count % 4 == 0 else { continue }
            write(bits >> 16)
            write(bits >> 8)
            write(bits)
        }
        switch (count % 4, pads) {
        case (0, 0): break
        case (2, 2): write(bits >> 4)
        case (3, 1):
            write(bits >> 10)
            write(bits >> 2)
        default: return nil
        }
        return filled
    }

    /// The text, in one line.
    package static func encode(_ octets: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((octets.count + 2) / 3 * 4)
        var rest = octets[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * place) & 0x3F)
                text.append(place <= group.count ? alphabet[index] : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
