/// Splits HTML into text and tags as browsers do (HTML Standard, section 13.2.5), as far as text needs it.
struct HTMLTokenizer {
    /// One piece of a document.
    enum Token {
        /// Text with its character references as written.
        case text(UnsafeRawBufferPointer)
        /// A start tag; the name in lower case, and all between the name and the closing bracket.
        case start(name: [UInt8], attributes: UnsafeRawBufferPointer)
        /// An end tag.
        case end(name: [UInt8])
    }

    /// Elements whose content is no markup and no text that is seen.
    private static let unseen: [StaticString] = [
        "script", "style", "title", "noframes", "iframe", "xmp", "noembed", "template",
    ]

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next token; `nil` at the end.
    mutating func next() -> Token? {
        while position < bytes.count {
            guard bytes[position] == ASCII.less else { return takeText() }
            let start = position
            if let token = takeMarkup() { return token }
            // A `<` that begins no tag is text.
            if position == start { return takeText() }
        }
        return nil
    }

    private mutating func takeText() -> Token {
        let start = position
        position = bytes.firstOffset(of: ASCII.less, from: start + 1) ?? bytes.count
        return .text(bytes.part(start..<position))
    }

    /// Takes a tag, or skips a comment and returns `nil`.
    private mutating func takeMarkup() -> Token? {
        guard position + 1 < bytes.count else { return nil }
        switch bytes[position + 1] {
        case 0x21: skipDeclaration()
        case ASCII.question: skip(to: ASCII.greater)
        case ASCII.slash:
            guard position + 2 < bytes.count else { return nil }
            guard ASCII.isLetter(bytes[position + 2]) else {
                skip(to: ASCII.greater)
                return nil
            }
            position += 2
            let name = takeName()
            _ = takeAttributes()
            return .end(name: name)
        case let octet where ASCII.isLetter(octet):
            position += 1
            let name = takeName()
            guard let attributes = takeAttributes() else { return nil }
            skipContent(of: name)
            return .start(name: name, attributes: attributes)
        default: break
        }
        return nil
    }

    private mutating func skip(to octet: UInt8) {
        position = bytes.firstOffset(of: octet, from: position).map { $0 + 1 } ?? bytes.count
    }

    private mutating func skipDeclaration() {
        let isComment =
            position + 3 < bytes.count && bytes[position + 2] == ASCII.hyphen && bytes[position + 3] == ASCII.hyphen
        guard isComment else {
            skip(to: ASCII.greater)
            return
        }
        // `<!-->` and `<!--->` are comments already.
        var dashes = position + 2
        while let end = bytes.firstOffset(of: ASCII.greater, from: dashes) {
            let isShort = end == position + 4 || (end == position + 5 && bytes[end - 1] == ASCII.hyphen)
            let isLong = end >= position + 6 && bytes[end - 1] == ASCII.hyphen && bytes[end - 2] == ASCII.hyphen
            let isBang =
                end >= position + 7 && bytes[end - 1] == 0x21 && bytes[end - 2] == ASCII.hyphen
                && bytes[end - 3] == ASCII.hyphen
            if isShort || isLong || isBang {
                position = end + 1
                return
            }
            dashes = end + 1
        }
        position = bytes.count
    }

    private mutating func takeName() -> [UInt8] {
        let start = position
        while position < bytes.count, !ASCII.isBlank(bytes[position]), bytes[position] != ASCII.greater,
            bytes[position] != ASCII.slash, bytes[position] != 0x0C
        {
            position += 1
        }
        // No element's name is longer; more would only cost memory.
        return bytes[start..<min(position, start + 32)].map(ASCII.lowercased)
    }

    /// Where in a tag its closing bracket is looked for (HTML Standard, sections 13.2.5.32 to 13.2.5.39).
    private enum Place {
        case beforeName, name, afterName, beforeValue, plainValue
    }

    /// Takes all up to the bracket that closes a tag; a bracket in a quoted value does not.
    ///
    /// `nil` if there is none.
    private mutating func takeAttributes() -> UnsafeRawBufferPointer? {
        let start = position
        var place = Place.beforeName
        while position < bytes.count {
            let octet = bytes[position]
            position += 1
            if octet == ASCII.greater { return bytes.part(start..<(position - 1)) }
            let isBlank = ASCII.isBlank(octet) || octet == 0x0C
            switch place {
            case .beforeName: if !isBlank, octet != ASCII.slash { place = .name }
            case .name, .afterName:
                if octet == ASCII.equals {
                    place = .beforeValue
                } else if octet == ASCII.slash {
                    place = .beforeName
                } else {
                    place = isBlank ? .afterName : .name
                }
            case .beforeValue:
                guard !isBlank else { continue }
                let isQuoted = octet == ASCII.quote || octet == ASCII.apostrophe
                if isQuoted { skip(to: octet) }
                place = isQuoted ? .beforeName : .plainValue
            // A quote or an equals sign within a value that began without one is part of it.
            case .plainValue: if isBlank { place = .beforeName }
            }
        }
        return nil
    }

    /// Skips what stands in an element whose content is not seen, up to its end tag.
    private mutating func skipContent(of name: [UInt8]) {
        guard
            let text = Self.unseen.first(where: { text in
                text.utf8CodeUnitCount == name.count
                    && name.withUnsafeBytes { $0.hasPrefixIgnoringCase(text) }
            })
        else { return }
        while let less = bytes.firstOffset(of: ASCII.less, from: position) {
            position = less + 1
            guard position < bytes.count, bytes[position] == ASCII.slash else { continue }
            let name = bytes.part((position + 1)..<bytes.count)
            if name.hasPrefixIgnoringCase(text) {
                position = less
                return
            }
        }
        position = bytes.count
    }
}
