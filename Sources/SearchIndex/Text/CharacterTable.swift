/// What each character is to search: its class, and what it is folded to.
///
/// Built once, on first use, from ``FoldingData`` and the general categories of the standard library.
final class CharacterTable: Sendable {
    /// What a character does to the word it stands in.
    enum Class: UInt8 {
        /// Ends a word.
        case separator
        /// Part of a word.
        case letter
        /// Part of a number.
        case digit
        /// Written without spaces between words, so found by overlapping pairs (Han, Kana, Hangul, Thai, Lao, Khmer).
        case paired
        /// Left out without ending the word: accents, joiners, direction marks.
        case ignored
    }

    /// The only table there is.
    static let shared = CharacterTable()

    /// The first code point that is not in the array of classes.
    private static let planeEnd: UInt32 = 0x10000

    private let classes: [UInt8]
    private let starts: [UInt16]
    private let replacements: [UInt32]
    private let farStarts: [UInt32: UInt16]

    private init() {
        var builder = FoldingBuilder()
        builder.decode()
        starts = builder.starts
        farStarts = builder.farStarts
        replacements = builder.replacements
        var classes = [UInt8](repeating: 0, count: Int(Self.planeEnd))
        for value in 0..<Self.planeEnd {
            guard let scalar = Unicode.Scalar(value) else { continue }
            classes[Int(value)] = Self.classify(scalar).rawValue
        }
        self.classes = classes
    }

    /// The class of a character.
    func classification(_ value: UInt32) -> Class {
        if value < Self.planeEnd { return Class(rawValue: classes[Int(value)]) ?? .separator }
        return Unicode.Scalar(value).map(Self.classify) ?? .separator
    }

    /// Calls `body` with each character that one is folded to; often with none or itself.
    @inline(__always)
    func fold(_ value: UInt32, _ body: (UInt32) -> Void) {
        if value < 0x80 { return body(UInt32(ASCIITable.lowercased(UInt8(value)))) }
        let start = value < Self.planeEnd ? starts[Int(value)] : (farStarts[value] ?? 0)
        guard start > 0 else { return body(value) }
        let first = Int(start)
        for index in first + 1..<first + 1 + Int(replacements[first]) { body(replacements[index]) }
    }

    private static func classify(_ scalar: Unicode.Scalar) -> Class {
        if isPaired(scalar.value) { return .paired }
        if isRemovedMark(scalar.value) { return .ignored }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber,
            .nonspacingMark, .spacingMark:
            return isVariationSelector(scalar.value) ? .ignored : .letter
        case .decimalNumber, .otherNumber: return .digit
        case .format, .enclosingMark: return .ignored
        default: return .separator
        }
    }

    /// Marks that are folded away: those of Latin, Greek and Cyrillic, Hebrew points, Arabic vowel signs.
    private static func isRemovedMark(_ value: UInt32) -> Bool {
        switch value {
        case 0x300...0x36F, 0x591...0x5BD, 0x5BF, 0x5C1...0x5C2, 0x5C4...0x5C5, 0x5C7, 0x64B...0x65F, 0x670,
            0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F:
            true
        default: false
        }
    }

    private static func isVariationSelector(_ value: UInt32) -> Bool {
        (0xFE00...0xFE0F).contains(value) || (0xE0100...0xE01EF).contains(value) || value == 0x34F
    }

    private static func isPaired(_ value: UInt32) -> Bool {
        switch value {
        case 0x0E01...0x0E3A, 0x0E40...0x0E4E, 0x0E81...0x0EBD, 0x0EC0...0x0ECD, 0x0EDC...0x0EDF,  // Thai, Lao
            0x1780...0x17D3, 0x1000...0x103F,  // Khmer, Burmese
            0x1100...0x11FF, 0x3131...0x318E, 0xA960...0xA97C, 0xAC00...0xD7FB,  // Hangul
            // Kana.
            0x3005...0x3007, 0x3041...0x3096, 0x3099...0x309A, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF,
            0x31F0...0x31FF, 0xFF66...0xFF9F, 0xFFA0...0xFFDC,  // their small and narrow forms
            0x2E80...0x2FD5, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:  // Han
            true
        default: false
        }
    }
}

/// Reads ``FoldingData``.
private struct FoldingBuilder {
    var starts = [UInt16](repeating: 0, count: 0x10000)
    var farStarts: [UInt32: UInt16] = [:]
    /// A count, then so many characters, for each start; index 0 stands for "itself".
    var replacements: [UInt32] = [0]

    mutating func decode() {
        let bytes = Self.base64(FoldingData.runs)
        var offset = 0
        var first: UInt32 = 0
        func number() -> UInt32 {
            var value: UInt32 = 0
            var shift: UInt32 = 0
            while offset < bytes.count {
                let byte = bytes[offset]
                offset += 1
                value |= UInt32(byte & 127) << shift
                if byte < 128 { break }
                shift += 7
            }
            return value
        }
        while offset < bytes.count {
            let head = number()
            first += head >> 1
            let second = number()
            if head & 1 == 1 {
                add(first, (0..<second).map { _ in number() })
            } else {
                let zigzag = Int64(number())
                let distance = zigzag & 1 == 1 ? -(zigzag + 1) / 2 : zigzag / 2
                for index in 0..<second >> 1 {
                    let source = first + index * (second & 1 + 1)
                    add(source, [UInt32(Int64(source) + distance)])
                }
            }
        }
    }

    private mutating func add(_ source: UInt32, _ targets: [UInt32]) {
        let start = UInt16(replacements.count)
        replacements.append(UInt32(targets.count))
        replacements += targets
        if source < 0x10000 { starts[Int(source)] = start } else { farStarts[source] = start }
    }

    private static func base64(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
