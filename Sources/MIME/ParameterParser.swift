/// Reads `type/subtype; name=value; …` (RFC 2045, section 5.1; RFC 2231), as the world writes it.
struct ParameterParser {
    /// A value in one piece or in several, as it stands in the field.
    struct RawParameter {
        /// In lower case, without the section number and the asterisks of RFC 2231.
        let name: String
        let value: [UInt8]
        /// The number of a continuation.
        let section: Int?
        /// Whether the value is percent-encoded, and its first section names a charset.
        let isExtended: Bool
    }

    /// A whole field.
    struct Media {
        var type = ""
        var subtype = ""
        var parameters: [RawParameter] = []
        var hasDamage = false
        var hasDuplicate = false
        /// Whether parameters beyond the limit were left out.
        var isCut = false

        /// Whether the body is a message of its own (RFC 2046, section 5.2.1; RFC 6532, section 3.7).
        var isMessage: Bool { type == "message" && ["rfc822", "global", "news"].contains(subtype) }
    }

    private var cursor: Cursor
    private var media = Media()

    /// Reads a field's value; parameters beyond the limit are left out.
    static func media(_ value: UnsafeRawBufferPointer, limits: ParsingLimits) -> Media {
        var parser = ParameterParser(cursor: Cursor(value))
        parser.parseType()
        while !parser.cursor.isAtEnd {
            guard parser.media.parameters.count < limits.parameters else {
                parser.media.isCut = true
                break
            }
            parser.parseParameter()
        }
        return parser.media
    }

    private mutating func parseType() {
        cursor.skipComments()
        media.type = takeWord()
        cursor.skipComments()
        if cursor.skip(ASCII.slash) {
            cursor.skipComments()
            media.subtype = takeWord()
        }
        cursor.skipComments()
        if cursor.current == ASCII.equals {
            // A parameter stands where the type should be.
            media.type = ""
            media.subtype = ""
            media.hasDamage = true
            cursor.position = 0
        } else {
            skipToParameter()
        }
    }

    private mutating func takeWord() -> String {
        if cursor.current == ASCII.quote { return lowercased(cursor.takeQuotedString()) }
        let word = cursor.take { octet in
            octet > ASCII.space && octet != ASCII.slash && octet != ASCII.semicolon && octet != ASCII.equals
                && octet != ASCII.openParenthesis && octet != ASCII.comma && octet != ASCII.quote
        }
        return lowercased(word)
    }

    private func lowercased(_ octets: some Sequence<UInt8>) -> String {
        String(decoding: octets.map(ASCII.lowercased), as: UTF8.self)
    }

    /// Skips what stands before the next parameter: its semicolon, or a word that nothing explains.
    private mutating func skipToParameter() {
        cursor.skipComments()
        guard let current = cursor.current else { return }
        if current == ASCII.semicolon { return }
        media.hasDamage = true
        let start = cursor.position
        let word = cursor.takeToken()
        cursor.skipComments()
        // Without the semicolon, `charset=x` must still be seen.
        if !word.isEmpty, cursor.current == ASCII.equals {
            cursor.position = start
            return
        }
        _ = cursor.take { $0 != ASCII.semicolon }
    }

    private mutating func parseParameter() {
        cursor.skipComments()
        while cursor.skip(ASCII.semicolon) || cursor.skip(ASCII.comma) { cursor.skipComments() }
        guard !cursor.isAtEnd else { return }
        let name = cursor.take { octet in
            octet > ASCII.space && octet != ASCII.equals && octet != ASCII.semicolon && octet != ASCII.openParenthesis
        }
        cursor.skipComments()
        guard cursor.skip(ASCII.equals), !name.isEmpty else {
            media.hasDamage = true
            if cursor.current == ASCII.semicolon { return }
            _ = cursor.take { $0 != ASCII.semicolon }
            return
        }
        cursor.skipComments()
        let isName = name.equalsIgnoringCase("name") || name.equalsIgnoringCase("filename")
        let isQuoted = cursor.current == ASCII.quote
        let value = isQuoted ? takeQuotedValue() : takePlainValue(toEnd: isName)
        guard isQuoted || !value.isEmpty else {
            // A value has one character at least, or quotes (RFC 2045, section 5.1).
            media.hasDamage = true
            return
        }
        add(name: lowercased(name), value: value)
    }

    private mutating func takeQuotedValue() -> [UInt8] {
        let start = cursor.position
        var value = cursor.takeQuotedString()
        if cursor.isAtEnd, cursor.bytes.last != ASCII.quote || cursor.bytes.count - start == 1 {
            // Without its closing quote the value would swallow all that follows.
            media.hasDamage = true
            cursor.position = start + 1
            value = cursor.take { $0 != ASCII.semicolon }.filter { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }
        }
        skipToParameter()
        return value
    }

    private mutating func takePlainValue(toEnd: Bool) -> [UInt8] {
        if toEnd { return Array(cursor.take { $0 != ASCII.semicolon }.trimmed) }
        let value = cursor.take { octet in
            octet > ASCII.space && octet != ASCII.semicolon && octet != ASCII.openParenthesis
        }
        skipToParameter()
        return Array(value)
    }

    /// Takes a name apart: `filename*0*` is section 0, extended (RFC 2231, section 4.1).
    private mutating func add(name: String, value: [UInt8]) {
        let pieces = name.utf8.split(separator: ASCII.asterisk, omittingEmptySubsequences: false)
        let base = pieces.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        var section: Int?
        if pieces.count > 1, let number = Int(String(decoding: pieces[1], as: UTF8.self)), number >= 0 {
            section = number
        }
        let isExtended = pieces.count > 1 && pieces.last?.isEmpty == true
        if media.parameters.contains(where: { $0.name == base && $0.section == section && $0.isExtended == isExtended })
        {
            media.hasDuplicate = true
        }
        media.parameters.append(RawParameter(name: base, value: value, section: section, isExtended: isExtended))
    }
}
