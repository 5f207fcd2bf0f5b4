/// One encoded word, `=?charset?encoding?text?=` (RFC 2047, section 2), as it is met: blanks in the text, too long, in the middle of a word.
struct EncodedWord {
    /// What is known of the terminators ahead, so that text with many beginnings is not searched again and again.
    struct Search {
        /// No `?=` stands at or after this offset.
        var noneFrom = Int.max
    }

    /// Longest charset label with its language; the longest registered one has 45 characters.
    private static let labelLimit = 80

    let charset: String
    let octets: [UInt8]
    /// After the terminator.
    let end: Int

    /// Reads the word at an offset; `nil` if what stands there is none.
    init?(in bytes: UnsafeRawBufferPointer, at start: Int, search: inout Search) {
        let labelStart = start + 2
        let labelEnd = min(labelStart + Self.labelLimit, bytes.count)
        guard labelStart < labelEnd,
            let question = bytes.part(0..<labelEnd).firstOffset(of: ASCII.question, from: labelStart),
            question > labelStart, question + 2 < bytes.count, bytes[question + 2] == ASCII.question
        else { return nil }
        let label = bytes.part(labelStart..<question)
        guard label.allSatisfy({ $0 > ASCII.space && $0 < 0x7F && $0 != ASCII.equals }) else { return nil }
        let textStart = question + 3
        guard let textEnd = Self.terminator(in: bytes, from: textStart, search: &search) else { return nil }
        let text = bytes.part(textStart..<textEnd)
        switch bytes[question + 1] | 0x20 {
        case 0x62: octets = Base64.decode(text)
        case 0x71: octets = Self.decodeQ(text)
        default: return nil
        }
        // RFC 2231, section 5: a language may follow the charset.
        let name = label.part(0..<(label.firstOffset(of: ASCII.asterisk) ?? label.count))
        charset = String(decoding: name, as: UTF8.self)
        end = textEnd + 2
    }

    private static func terminator(
        in bytes: UnsafeRawBufferPointer, from start: Int, search: inout Search
    ) -> Int? {
        guard start < search.noneFrom else { return nil }
        var position = start
        while let question = bytes.firstOffset(of: ASCII.question, from: position) {
            if question + 1 < bytes.count, bytes[question + 1] == ASCII.equals { return question }
            position = question + 1
        }
        search.noneFrom = start
        return nil
    }

    /// The Q encoding (RFC 2047, section 4.2).
    private static func decodeQ(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let octet = text[position]
            position += 1
            if octet == ASCII.equals, position + 1 < text.count, let high = ASCII.hexValue(text[position]),
                let low = ASCII.hexValue(text[position + 1])
            {
                output.append(high << 4 | low)
                position += 2
            } else if octet == ASCII.lineFeed {
                // No blank may stand in a word, so a fold within one is the work of a mailer that counts columns only.
                while position < text.count, ASCII.isBlank(text[position]) { position += 1 }
            } else {
                output.append(octet == ASCII.underscore ? ASCII.space : octet)
            }
        }
        return output
    }
}
