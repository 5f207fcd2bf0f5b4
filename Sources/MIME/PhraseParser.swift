/// Reads lists of phrases (RFC 5322, sections 3.2.5 and 3.6.5).
enum PhraseParser {
    /// The phrases that are not empty, decoded, with single blanks between their words.
    static func phrases(_ value: UnsafeRawBufferPointer) -> [String] {
        var cursor = Cursor(value)
        var phrases: [String] = []
        var words: [UInt8] = []
        func finish() {
            let text = FieldText.decode(words)
            if !text.isEmpty { phrases.append(text) }
            words.removeAll(keepingCapacity: true)
        }
        while let octet = cursor.current {
            switch octet {
            case _ where ASCII.isBlank(octet):
                cursor.skipBlanks()
                if !words.isEmpty { words.append(ASCII.space) }
            case ASCII.openParenthesis: _ = cursor.takeComment()
            case ASCII.quote: words += cursor.takeQuotedString()
            case ASCII.comma:
                cursor.position += 1
                finish()
            default:
                words.append(octet)
                cursor.position += 1
            }
        }
        finish()
        return phrases
    }
}
