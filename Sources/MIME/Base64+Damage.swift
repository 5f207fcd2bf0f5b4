import CBytes

extension Base64 {
    /// So many characters are looked through at once; what they hold goes to memory that is used again.
    private static let stretch = 64 << 10

    /// What is wrong with a text, without keeping what it holds: an attachment may be large.
    package static func damage(of text: UnsafeRawBufferPointer) -> Damage {
        guard let start = text.baseAddress else { return Damage() }
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(text.count, stretch) / 4 * 3 + slack, alignment: 16)
        defer { scratch.deallocate() }
        var damage = Damage()
        var position = 0
        var isPadded = false
        // A run of digits and line ends is skipped at vector speed, from the beginning of a line.
        var isLineStart = true
        while position < text.count {
            if isLineStart, !isPadded, text.count - position >= slack {
                var consumed = 0
                _ = sluice_base64_decode(
                    start + position, min(text.count - position, stretch), scratch.baseAddress, &consumed)
                position += consumed
                guard position < text.count else { break }
            }
            let value = values[Int(text[position])]
            isLineStart = value == blank
            if value < 64 {
                if isPadded, damage.afterPadding == nil { damage.afterPadding = position }
                isPadded = false
            } else if value == padding {
                isPadded = true
            } else if value == stray, damage.stray == nil {
                damage.stray = position
            }
            position += 1
        }
        return damage
    }
}
