/// Writes results so that no text of a stranger can end a value, a field or a line.
enum ResultWriter {
    /// The most octets of one text that are written; a mailbox has at most 320 (RFC 5321, section 4.5.3.1), and a line
    /// at most 998 (RFC 5322, section 2.1.1).
    static let maximumValue = 400
    /// Where lines are folded (RFC 5322, section 2.1.1).
    static let lineLength = 78
    private static let indentation = "    "

    /// The words of a result, between which a line may be folded.
    static func words(of result: MethodResult) -> [String] {
        let version = result.version == 1 ? "" : "/\(result.version)"
        var words = ["\(result.method)\(version)=\(result.result)"]
        if !result.reason.isEmpty { words.append("reason=\(value(result.reason))") }
        return words + result.properties.map { "\($0.type).\($0.name)=\(propertyValue($0.value))" }
    }

    /// A token as it is, anything else as a quoted string (RFC 8601, section 2.2: `value`).
    static func value(_ text: String) -> String {
        let text = clean(text)
        return !text.isEmpty && text.utf8.allSatisfy(isToken) ? text : quoted(text)
    }

    /// A value, or a mailbox or domain as it is (RFC 8601, section 2.2: `pvalue`).
    static func propertyValue(_ text: String) -> String {
        let text = clean(text)
        if let at = text.utf8.lastIndex(of: UInt8(ascii: "@")), isDotAtom(text.utf8[..<at], mayBeEmpty: true),
            isDotAtom(text.utf8[text.utf8.index(after: at)...], mayBeEmpty: false)
        {
            return text
        }
        return value(text)
    }

    static func field(_ field: ResultsField) -> String {
        var text = "\(ResultsField.name): \(value(field.service))" + (field.version == 1 ? "" : " \(field.version)")
        if field.results.isEmpty { return text + "; none\r\n" }
        for result in field.results {
            text += ";"
            var length = lineLength  // each result begins a line
            for word in words(of: result) {
                if length + 1 + word.utf8.count >= lineLength {
                    text += "\r\n" + indentation + word
                    length = indentation.utf8.count + word.utf8.count
                } else {
                    text += " " + word
                    length += 1 + word.utf8.count
                }
            }
        }
        return text + "\r\n"
    }

    private static func quoted(_ text: String) -> String {
        let quote = UInt8(ascii: "\"")
        var octets = [quote]
        octets.reserveCapacity(text.utf8.count + 2)
        for octet in text.utf8 {
            if octet == quote || octet == UInt8(ascii: "\\") { octets.append(UInt8(ascii: "\\")) }
            octets.append(octet)
        }
        octets.append(quote)
        return String(decoding: octets, as: UTF8.self)
    }

    /// A text without control characters, cut at the end of a character.
    private static func clean(_ text: String) -> String {
        // Nearly all are.
        if text.utf8.count <= maximumValue, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
        var octets = text.utf8.prefix(maximumValue).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        if text.utf8.count > maximumValue {
            while let last = octets.last, last & 0xC0 == 0x80 { octets.removeLast() }
            if let last = octets.last, last >= 0xC0 { octets.removeLast() }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func isDotAtom(_ text: Substring.UTF8View, mayBeEmpty: Bool) -> Bool {
        guard let first = text.first else { return mayBeEmpty }
        return first != UInt8(ascii: ".")
            && text.allSatisfy { isAlphanumeric($0) || isAtomSpecial($0) }
    }

    /// A character of a MIME token (RFC 2045, section 5.1).
    static func isToken(_ octet: UInt8) -> Bool {
        isAlphanumeric(octet) || (0x21...0x7E).contains(octet) && !"()<>@,;:\\\"/[]?=".utf8.contains(octet)
    }

    /// What may stand in an atom beside letters and digits (RFC 5322, section 3.2.3), and the dot between atoms.
    private static func isAtomSpecial(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: ".") || octet == UInt8(ascii: "-") || "!#$%&'*+/=?^_`{|}~".utf8.contains(octet)
    }

    static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF)
    }
}
