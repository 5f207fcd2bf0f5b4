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
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count / 4 * 3 + 3) { octets in
                decode(text, to: octets).map { Array(UnsafeBufferPointer(rebasing: octets[..<$0])) }
            }
        }
        return octets ?? decode(Array(text))
    }

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
            // Most characters come in groups of four without white space.
            if count % 4 == 0, pads == 0, let group = group(text, at: place, values) {
                bits = group
                count += 4
                place += 4
            } else {
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
            }
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

    /// The bits of the four characters there; `nil` if one of them is something else.
    private static func group(_ text: UnsafeBufferPointer<UInt8>, at place: Int, _ values: [UInt8]) -> UInt32? {
        guard text.count - place >= 4 else { return nil }
        var (bits, seen) = (UInt32(0), UInt8(0))
        for character in text[place..<place + 4] {
            let value = values[Int(character)]
            bits = bits << 6 | UInt32(value)
            seen |= value
        }
        return seen < 64 ? bits : nil
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
