/// Reads the text of an RTF document (Rich Text Format 1.9.1), as its reader sees it: no fonts, styles, pictures and fields' codes.
struct RTFText {
    /// What ends with a group.
    private struct Group {
        /// Whether nothing in it is text.
        var isSkipped = false
        /// Whether it lists fonts.
        var isFontTable = false
        /// The charset of the current font; `nil` for the document's own.
        var font: Charset?
        /// How many characters stand in for one that is given by its number (`\uc`).
        var fallbacks = 1
    }

    /// Groups within groups whose ends are told apart; deeper ones count as the one around them.
    private static let depthLimit = 200
    /// Fonts that are remembered: no text has as many.
    private static let fontLimit = 1_000
    /// Longest control word (Rich Text Format 1.9.1, "Basic Entities").
    private static let wordLimit = 32

    private static let skipped: Set<String> = [
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "headerl", "headerr",
        "headerf", "footerl", "footerr", "footerf", "filetbl", "revtbl", "listtable", "xmlnstbl", "themedata",
    ]
    private static let characters: [String: StaticString] = [
        "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t",
        "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
        "bullet": "•", "emspace": " ", "enspace": " ",
    ]

    private var source: CompressedRTF
    private var next: UInt8?
    private var charset: Charset
    private let limit: Int
    private var group = Group()
    private var outer: [Group] = []
    /// Groups beyond the limit that are open.
    private var tooDeep = 0
    private var fonts: [Int: Charset] = [:]
    private var listedFont = 0
    /// Characters still to be passed over after one that was given by its number.
    private var replaced = 0
    private var output: [UInt8] = []
    /// Octets in the current charset, and units of UTF-16, that are not yet text.
    private var octets: [UInt8] = []
    private var units: [UInt16] = []

    /// The text of a document, of so many octets at most; empty if it is none.
    static func text(of document: CompressedRTF, charset: Charset, limit: Int) -> String {
        var reader = RTFText(document, charset, limit)
        reader.read()
        return String(decoding: reader.output, as: UTF8.self)
    }

    private init(_ document: CompressedRTF, _ charset: Charset, _ limit: Int) {
        (source, self.charset, self.limit) = (document, charset, limit)
        next = source.next()
    }

    @discardableResult private mutating func advance() -> UInt8? {
        defer { next = source.next() }
        return next
    }

    private mutating func read() {
        while output.count + octets.count + 3 * units.count < limit, let octet = advance() {
            switch octet {
            case 0x7B: openGroup()
            case 0x7D: closeGroup()
            case ASCII.backslash: readControl()
            case ASCII.carriageReturn, ASCII.lineFeed, ASCII.nul: break
            default: add(octet)
            }
        }
        flush()
    }

    private mutating func openGroup() {
        replaced = 0
        guard outer.count < Self.depthLimit else {
            tooDeep += 1
            return
        }
        outer.append(group)
    }

    private mutating func closeGroup() {
        replaced = 0
        if tooDeep > 0 {
            tooDeep -= 1
        } else if let last = outer.popLast() {
            flush()
            group = last
        }
    }

    // MARK: Controls

    private mutating func readControl() {
        guard let first = advance() else { return }
        guard !ASCII.isLetter(first) else {
            let word = takeWord(from: first)
            return apply(word.name, word.number)
        }
        switch first {
        case ASCII.apostrophe:
            let digits = (advance().flatMap(ASCII.hexValue), advance().flatMap(ASCII.hexValue))
            if let high = digits.0, let low = digits.1 { add(high << 4 | low) }
        case ASCII.asterisk: group.isSkipped = true
        case ASCII.carriageReturn, ASCII.lineFeed: add("\n")
        case 0x7E: add("\u{A0}")
        case ASCII.underscore: add("-")
        case 0x7B, 0x7D, ASCII.backslash: add(first)
        default: break
        }
    }

    /// Takes a word's letters, the number behind them, and the blank that ends it.
    private mutating func takeWord(from first: UInt8) -> (name: String, number: Int?) {
        var name = [first]
        while let letter = next, ASCII.isLetter(letter), name.count < Self.wordLimit {
            name.append(letter)
            advance()
        }
        var number: Int?
        let isNegative = next == ASCII.hyphen
        if isNegative { advance() }
        while let digit = next, ASCII.isDigit(digit) {
            // Numbers have 32 bits; what is longer is none.
            number = min((number ?? 0) * 10 + Int(digit - ASCII.zero), Int(Int32.max))
            advance()
        }
        if next == ASCII.space { advance() }
        return (String(decoding: name, as: UTF8.self), isNegative ? number.map { -$0 } : number)
    }

    private mutating func apply(_ word: String, _ number: Int?) {
        if let text = Self.characters[word] { return add(text) }
        switch word {
        case "u": number.map { add(unit: UInt16(truncatingIfNeeded: $0)) }
        case "uc": group.fallbacks = max(number ?? 1, 0)
        case "bin": for _ in 0..<max(number ?? 0, 0) where advance() == nil { return }
        case "ansicpg": number.map { charset = Charset(codePage: $0) }
        case "f": selectFont(number ?? 0)
        case "fcharset" where group.isFontTable:
            if fonts.count < Self.fontLimit { fonts[listedFont] = Charset(font: number ?? 0) }
        case "plain": selectFont(nil)
        case _ where Self.skipped.contains(word):
            group.isSkipped = true
            group.isFontTable = word == "fonttbl"
        default: break
        }
    }

    private mutating func selectFont(_ number: Int?) {
        if group.isFontTable { listedFont = number ?? 0 }
        let font = number.flatMap { fonts[$0] }
        if font != group.font { flush() }
        group.font = font
    }

    // MARK: Text

    private mutating func add(_ octet: UInt8) {
        guard !isReplaced() else { return }
        if !units.isEmpty { flush() }
        octets.append(octet)
    }

    private mutating func add(_ text: StaticString) {
        guard !isReplaced() else { return }
        flush()
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Adds half a character of UTF-16, and passes over what old readers show in its place.
    private mutating func add(unit: UInt16) {
        replaced = 0
        guard !group.isSkipped else { return }
        if !octets.isEmpty { flush() }
        units.append(unit)
        replaced = group.fallbacks
    }

    /// Whether a character is not to be shown.
    private mutating func isReplaced() -> Bool {
        guard !group.isSkipped else { return true }
        guard replaced > 0 else { return false }
        replaced -= 1
        return true
    }

    private mutating func flush() {
        if !octets.isEmpty { output += Array((group.font ?? charset).decode(octets).utf8) }
        if !units.isEmpty { output += Array(String(decoding: units, as: UTF16.self).utf8) }
        octets.removeAll(keepingCapacity: true)
        units.removeAll(keepingCapacity: true)
    }
}
