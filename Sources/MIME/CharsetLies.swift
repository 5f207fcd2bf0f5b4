/// Finds texts whose declared charset cannot be theirs.
enum CharsetLies {
    /// Charsets whose texts are ASCII but for escapes, so that no octet above 127 is theirs to lie about.
    private static let sevenBit: Set<String> = ["UTF-7", "HZ", "ISO-2022-KR", "ISO-2022-JP-3", "ISO-2022-CN"]
    /// Charsets of two octets and more a character, whose texts can look like short sequences of UTF-8.
    private static let manyOctets: Set<String> = [
        "CP949", "JOHAB", "CP932", "EUC-JP-MS", "GB18030", "BIG5-HKSCS", "EUC-TW",
    ]
    private static let wide: Set<String> = ["UTF-32", "UTF-32LE", "UTF-32BE"]

    /// The text as UTF-8 if it is that in spite of its label.
    static func text(_ octets: UnsafeRawBufferPointer, declared name: String) -> String? {
        guard !octets.isASCII, !sevenBit.contains(name), !wide.contains(name) else { return nil }
        // The scripts of these charsets need three octets in UTF-8; two may be one of their own characters.
        if manyOctets.contains(name), !octets.contains(where: { $0 >= 0xE0 }) { return nil }
        return String(validating: octets, as: UTF8.self)
    }

    /// Whether a text is not in the charset that it declares.
    static func isWrong(_ charset: Charset, _ octets: UnsafeRawBufferPointer) -> Bool {
        guard !octets.isASCII else { return false }
        return switch charset {
        case .utf8: String(validating: octets, as: UTF8.self) == nil
        case .windows1252: String(validating: octets, as: UTF8.self) != nil
        case .library(let name): text(octets, declared: name) != nil
        case .utf16, .unknown: false
        }
    }

    /// Octets that are declared to be UTF-8: as Windows-1252 if nothing above 127 in them is UTF-8.
    static func utf8(_ octets: UnsafeRawBufferPointer) -> String {
        if let text = String(validating: octets, as: UTF8.self) { return text }
        return hasSequence(octets) ? String(decoding: octets, as: UTF8.self) : Windows1252.decode(octets)
    }

    /// Whether a lead octet is followed by one that continues it.
    private static func hasSequence(_ octets: UnsafeRawBufferPointer) -> Bool {
        for offset in 1..<max(octets.count, 1)
        where octets[offset - 1] >= 0xC2 && octets[offset - 1] < 0xF5 && octets[offset] & 0xC0 == 0x80 {
            return true
        }
        return false
    }
}
