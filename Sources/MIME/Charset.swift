/// A charset by what must be done to read it.
enum Charset: Sendable, Hashable {
    case utf8
    case windows1252
    case utf16(isBigEndian: Bool?)
    /// A charset of the C library, by its own name.
    case library(String)
    /// No label at all, or one that nobody knows: UTF-8 if it is valid, else Windows-1252.
    case unknown

    /// The charset that a label means, also misspelt; labels mean what the Encoding Standard of the web says.
    init(label: String) {
        self = Self.find(label) ?? .unknown
    }

    /// Whether a label names a charset that we read.
    static func isKnown(_ label: String) -> Bool { find(label) != nil }

    private static func find(_ label: String) -> Charset? {
        let key = String(decoding: label.utf8.map(ASCII.lowercased).filter(isSignificant), as: UTF8.self)
        return CharsetLabels.table[key] ?? numbered(key)
    }

    private static func isSignificant(_ octet: UInt8) -> Bool {
        ASCII.isLetter(octet) || ASCII.isDigit(octet)
    }

    /// Charsets that differ in a number: `iso8859-7`, `windows-1251`, `cp 1251`.
    private static func numbered(_ key: String) -> Charset? {
        for (prefix, numbers, name) in CharsetLabels.numbered {
            guard key.hasPrefix(prefix), let number = Int(key.dropFirst(prefix.count)), numbers.contains(number) else {
                continue
            }
            if name == "CP", number == 1252 { return .windows1252 }
            return .library("\(name)\(number)")
        }
        return nil
    }

    /// The text that the octets stand for; what cannot be read becomes U+FFFD.
    func decode(_ octets: [UInt8]) -> String {
        octets.withUnsafeBytes(decode)
    }

    /// The text that the octets stand for; what cannot be read becomes U+FFFD.
    func decode(_ octets: UnsafeRawBufferPointer) -> String {
        switch self {
        case .utf8: CharsetLies.utf8(Self.withoutMark(octets))
        case .utf16(let isBigEndian): UTF16Text.decode(octets, isBigEndian: isBigEndian)
        case .library(let name): CharsetLies.text(octets, declared: name) ?? LibraryCharset(name: name).decode(octets)
        // Western text that is UTF-8 by accident does not exist; what is declared to be Western and is UTF-8 does.
        case .windows1252, .unknown: Self.guess(octets)
        }
    }

    /// Octets without a charset, as UTF-8 if they are, else as Windows-1252.
    static func guess(_ octets: UnsafeRawBufferPointer) -> String {
        if octets.isASCII { return String(decoding: octets, as: UTF8.self) }
        return String(validating: withoutMark(octets), as: UTF8.self) ?? Windows1252.decode(octets)
    }

    /// The octets without the mark EF BB BF at their start.
    private static func withoutMark(_ octets: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets.part(3..<octets.count) : octets
    }
}
