import CBytes

/// Text in header fields: unfolding, encoded words, and octets that nobody encoded.
enum FieldText {
    /// The text that people read in place of these octets.
    static func decode(_ octets: [UInt8]) -> String {
        octets.withUnsafeBytes(decode)
    }

    /// The text that people read in place of these octets.
    static func decode(_ raw: UnsafeRawBufferPointer) -> String { decodeWhole(raw.trimmed) }

    /// The text of a quoted string, whose blanks at the ends belong to it (RFC 5322, section 3.2.4).
    static func decodeWhole(_ octets: [UInt8]) -> String {
        octets.withUnsafeBytes(decodeWhole)
    }

    /// The text of octets that say themselves: unfolded, but with nothing decoded.
    static func literal(_ octets: [UInt8]) -> String {
        guard octets.contains(where: isControl) else { return octets.withUnsafeBytes(Charset.guess) }
        let unfolded = octets.filter { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }
        return unfolded.map { isControl($0) ? ASCII.space : $0 }.withUnsafeBytes(Charset.guess)
    }

    private static func decodeWhole(_ value: UnsafeRawBufferPointer) -> String {
        guard let start = value.baseAddress else { return "" }
        let kinds = sluice_text_kinds(start, value.count)
        if kinds == 0 { return String(decoding: value, as: UTF8.self) }
        if kinds == SLUICE_TEXT_CONTROL { return unfoldedASCII(value) }
        var builder = Builder()
        let unfolded = unfold(value)
        unfolded.withUnsafeBytes { builder.add($0) }
        return builder.finish()
    }

    /// A text that is folded and else says itself, as most long fields are.
    private static func unfoldedASCII(_ value: UnsafeRawBufferPointer) -> String {
        String(unsafeUninitializedCapacity: value.count) { output in
            var written = 0
            for position in 0..<value.count {
                let octet = value[position]
                if octet == ASCII.lineFeed { continue }
                if octet == ASCII.carriageReturn, position + 1 < value.count, value[position + 1] == ASCII.lineFeed {
                    continue
                }
                output[written] = isControl(octet) ? ASCII.space : octet
                written += 1
            }
            return written
        }
    }

    /// Makes each line end a single line feed, which is where a fold was; any other control character becomes a space.
    private static func unfold(_ value: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: value.count) { output, written in
            for position in 0..<value.count {
                let octet = value[position]
                if octet == ASCII.carriageReturn, position + 1 < value.count, value[position + 1] == ASCII.lineFeed {
                    continue
                }
                output[written] = octet != ASCII.lineFeed && isControl(octet) ? ASCII.space : octet
                written += 1
            }
        }
    }

    private static func isControl(_ octet: UInt8) -> Bool {
        octet < ASCII.space && octet != ASCII.tab && octet != ASCII.escape
    }

    /// Puts literal text and encoded words together.
    ///
    /// Octets of neighbouring words in one charset are joined before they are decoded, because writers split
    /// characters between words (against RFC 2047, section 5).
    private struct Builder {
        private var text = ""
        private var charset: String?
        private var pending: [UInt8] = []

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            var position = 0
            var literal = 0
            var lastTerminator = EncodedWord.Search()
            while let start = nextMarker(bytes, from: position) {
                guard let word = EncodedWord(in: bytes, at: start, search: &lastTerminator) else {
                    position = start + 2
                    continue
                }
                addLiteral(bytes.part(literal..<start), isBeforeWord: true)
                addWord(word)
                position = word.end
                literal = position
            }
            addLiteral(bytes.part(literal..<bytes.count), isBeforeWord: false)
        }

        private func nextMarker(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
            var position = start
            while let found = bytes.firstOffset(of: ASCII.equals, from: position) {
                if found + 1 < bytes.count, bytes[found + 1] == ASCII.question { return found }
                position = found + 1
            }
            return nil
        }

        /// Adds what stands between words; blanks alone between two words vanish (RFC 2047, section 6.2).
        private mutating func addLiteral(_ literal: UnsafeRawBufferPointer, isBeforeWord: Bool) {
            if charset != nil, isBeforeWord, literal.trimmed.isEmpty { return }
            flush()
            guard !literal.isEmpty else { return }
            guard literal.firstOffset(of: ASCII.lineFeed) != nil else {
                text += Charset.guess(literal)
                return
            }
            // Unfolding takes the line ends only (RFC 5322, section 2.2.3).
            text += literal.filter { $0 != ASCII.lineFeed }.withUnsafeBytes(Charset.guess)
        }

        private mutating func addWord(_ word: EncodedWord) {
            let label = word.charset.lowercased()
            if charset != label { flush() }
            charset = label
            pending += word.octets
        }

        private mutating func flush() {
            guard let label = charset else { return }
            text += FieldText.singleLine(Charset(label: label).decode(pending))
            charset = nil
            pending.removeAll(keepingCapacity: true)
        }

        mutating func finish() -> String {
            flush()
            return text
        }
    }

    /// The text with line ends and zeros as spaces: an encoded word must not smuggle lines into a field.
    private static func singleLine(_ text: String) -> String {
        guard text.utf8.contains(where: { isControl($0) }) else { return text }
        return String(decoding: text.utf8.map { isControl($0) ? ASCII.space : $0 }, as: UTF8.self)
    }
}
