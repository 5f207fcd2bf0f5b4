import CBytes

/// Base64 as mail carries it: characters from outside the alphabet are skipped (RFC 2045, section 6.8).
package enum Base64 {
    /// What was wrong with a text.
    package struct Damage: Equatable {
        /// The offset of the first character that has no business there.
        package var stray: Int?
        /// The offset of the first text behind padding.
        package var afterPadding: Int?

        /// None so far.
        package init() {}
    }

    /// How whole groups of four are read.
    package enum Path {
        /// By vector instructions, where the processor has them.
        case vector
        /// Group by group.
        case scalar
    }

    /// Octets behind the result that vector instructions overwrite.
    static let slack = 32

    static let blank: UInt8 = 0x40
    static let padding: UInt8 = 0x41
    static let stray: UInt8 = 0xFF

    /// The value of each character; above 63: blank, padding or stray.
    static let values: [UInt8] = {
        var table = [UInt8](repeating: stray, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, character) in alphabet.utf8.enumerated() { table[Int(character)] = UInt8(value) }
        for octet in [ASCII.space, ASCII.tab, ASCII.carriageReturn, ASCII.lineFeed] { table[Int(octet)] = blank }
        table[Int(ASCII.equals)] = padding
        return table
    }()

    /// Decodes a text; padding ends a group, and more text after it starts another.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var damage = Damage()
        return decode(text, damage: &damage)
    }

    /// Decodes a text and says what was wrong with it.
    package static func decode(
        _ text: UnsafeRawBufferPointer, damage: inout Damage, by path: Path = .vector
    ) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        var found = damage
        let result = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + slack) { output, count in
            values.withUnsafeBufferPointer { table in
                count = decode(text, table, into: output, &found, path)
            }
        }
        damage = found
        return result
    }

    private static func decode(
        _ text: UnsafeRawBufferPointer, _ table: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>, _ damage: inout Damage, _ path: Path
    ) -> Int {
        var position = 0
        var written = 0
        var group: UInt32 = 0
        var digits = 0
        var isPadded = false
        while position < text.count {
            if digits == 0, !isPadded {
                if path == .vector { decodeRun(text, into: output, &position, &written) }
                decodeRun(text, table, into: output, &position, &written)
                guard position < text.count else { break }
            }
            let value = table[Int(text[position])]
            if value < 64 {
                if isPadded, damage.afterPadding == nil { damage.afterPadding = position }
                isPadded = false
                group = group << 6 | UInt32(value)
                digits += 1
                if digits == 4 { flush(&group, &digits, output, &written) }
            } else if value == padding {
                flush(&group, &digits, output, &written)
                isPadded = true
            } else if value == stray, damage.stray == nil {
                damage.stray = position
            }
            position += 1
        }
        flush(&group, &digits, output, &written)
        return written
    }

    /// Decodes lines of whole groups by vector instructions, as far as that goes.
    ///
    /// There is room for what they overwrite: what is left of the text needs no less than its own octets and the slack.
    private static func decodeRun(
        _ text: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<UInt8>, _ position: inout Int,
        _ written: inout Int
    ) {
        guard text.count - position >= slack, let start = text.baseAddress, let target = output.baseAddress else {
            return
        }
        var consumed = 0
        written += sluice_base64_decode(start + position, text.count - position, target + written, &consumed)
        position += consumed
    }

    /// Decodes whole groups of four until something else than a digit comes.
    @inline(__always)
    private static func decodeRun(
        _ text: UnsafeRawBufferPointer, _ table: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>, _ position: inout Int, _ written: inout Int
    ) {
        var (from, to) = (position, written)
        while from + 4 <= text.count {
            let first = UInt32(table[Int(text[from])])
            let second = UInt32(table[Int(text[from + 1])])
            let third = UInt32(table[Int(text[from + 2])])
            let fourth = UInt32(table[Int(text[from + 3])])
            guard (first | second | third | fourth) < 64 else { break }
            let group = first << 18 | second << 12 | third << 6 | fourth
            output[to] = UInt8(truncatingIfNeeded: group >> 16)
            output[to + 1] = UInt8(truncatingIfNeeded: group >> 8)
            output[to + 2] = UInt8(truncatingIfNeeded: group)
            from += 4
            to += 3
        }
        (position, written) = (from, to)
    }

    /// Writes what the digits of a group hold: one octet for two digits, two for three, three for four.
    private static func flush(
        _ group: inout UInt32, _ digits: inout Int, _ output: UnsafeMutableBufferPointer<UInt8>, _ written: inout Int
    ) {
        let aligned = group << (6 * UInt32(4 - digits))
        for octet in 0..<max(digits - 1, 0) {
            output[written] = UInt8(truncatingIfNeeded: aligned >> (16 - 8 * UInt32(octet)))
            written += 1
        }
        group = 0
        digits = 0
    }

    /// Encodes octets without line breaks.
    static func encode(_ octets: some Collection<UInt8>) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        output.reserveCapacity((octets.count + 2) / 3 * 4)
        var iterator = octets.makeIterator()
        while let first = iterator.next() {
            let second = iterator.next()
            let third = iterator.next()
            let group = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
            output.append(alphabet[Int(group >> 18)])
            output.append(alphabet[Int(group >> 12 & 63)])
            output.append(second == nil ? ASCII.equals : alphabet[Int(group >> 6 & 63)])
            output.append(third == nil ? ASCII.equals : alphabet[Int(group & 63)])
        }
        return output
    }
}
