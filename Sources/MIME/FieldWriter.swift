/// Writes the values of header fields.
enum FieldWriter {
    /// A line should not be longer (RFC 5322, section 2.1.1).
    private static let lineLength = 76
    /// Octets of text in one encoded word, whose base64 then fits into 75 characters (RFC 2047, section 2).
    private static let wordOctets = 42
    /// Characters of one section of a parameter.
    private static let sectionLength = 54

    /// A text as it stands in an unstructured field: itself if it is plain, else encoded words.
    static func encodedText(_ text: String) -> String {
        let utf8 = Array(text.utf8)
        // Blanks at the ends, doubled ones and what looks like a word would not come back as they were.
        let isPlain =
            utf8.allSatisfy { $0 >= ASCII.space && $0 < 0x7F } && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !utf8.starts(with: [ASCII.equals, ASCII.question]) && !text.contains("=?")
            && !utf8.split(separator: ASCII.space).contains { $0.count > 900 }
        return isPlain ? text : encodedWords(text)
    }

    private static func encodedWords(_ text: String) -> String {
        var words: [String] = []
        var piece: [UInt8] = []
        for scalar in text.unicodeScalars {
            let octets = Array(String(scalar).utf8)
            if piece.count + octets.count > wordOctets {
                words.append(word(piece))
                piece = []
            }
            piece += octets
        }
        if !piece.isEmpty { words.append(word(piece)) }
        return words.joined(separator: " ")
    }

    private static func word(_ octets: [UInt8]) -> String {
        "=?utf-8?B?\(String(decoding: Base64.encode(octets), as: UTF8.self))?="
    }

    /// A mailbox with its name.
    static func mailbox(_ address: MailAddress) -> String {
        guard let name = address.displayName, !name.isEmpty else { return address.description }
        let isPlain = name.utf8.allSatisfy { $0 >= ASCII.space && $0 < 0x7F }
        let phrase = isPlain && !name.contains("=?") ? MailAddress.quoted(name) : encodedWords(name)
        return "\(phrase) <\(address.description)>"
    }

    /// A parameter with any text, in numbered sections where it is long (RFC 2231), each on a line of its own.
    static func extendedParameter(_ name: String, _ value: String) -> String {
        var sections: [String] = []
        var section = "utf-8''"
        for octet in value.utf8 {
            if section.utf8.count >= sectionLength {
                sections.append(section)
                section = ""
            }
            section += escaped(octet)
        }
        sections.append(section)
        guard sections.count > 1 else { return " \(name)*=\(section)\r\n" }
        let lines = sections.enumerated().map { " \(name)*\($0.offset)*=\($0.element)" }
        return lines.joined(separator: ";\r\n") + "\r\n"
    }

    private static func escaped(_ octet: UInt8) -> String {
        if ASCII.isLetter(octet) || ASCII.isDigit(octet) || octet == ASCII.dot || octet == ASCII.hyphen {
            return String(Unicode.Scalar(octet))
        }
        let digits = Array("0123456789ABCDEF")
        return "%\(digits[Int(octet >> 4)])\(digits[Int(octet & 15)])"
    }

    /// A whole field, folded at single blanks between words (RFC 5322, section 2.2.3).
    static func folded(name: String, value: String) -> String {
        var output = "\(name):"
        var column = output.utf8.count
        let clean = String(decoding: value.utf8.map { $0 < ASCII.space ? ASCII.space : $0 }, as: UTF8.self)
        for (index, word) in clean.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            // A fold before nothing would make a line of blanks, which some readers take for the header's end.
            if column + 1 + word.utf8.count > lineLength, !word.isEmpty, index > 0 {
                output += "\r\n"
                column = 0
            }
            output += " \(word)"
            column += 1 + word.utf8.count
        }
        return output + "\r\n"
    }
}
