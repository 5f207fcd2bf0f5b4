/// Takes strings with macros apart, strictly (RFC 7208, section 7.1).
struct MacroParser {
    /// Where a string is used decides what it may hold.
    enum Use: Sendable {
        /// The name in a mechanism or modifier: visible characters, no letters for explanations.
        case domain
        /// The value of an unknown modifier: visible characters, every letter.
        case modifier
        /// The text of an explanation: spaces too, every letter.
        case explanation
    }

    private static let percent = UInt8(ascii: "%")
    private let octets: ArraySlice<UInt8>
    private let use: Use
    private var position: Int
    private var pieces: [MacroString.Piece] = []
    private var literal: [UInt8] = []

    private init(_ octets: ArraySlice<UInt8>, _ use: Use) {
        self.octets = octets
        self.use = use
        position = octets.startIndex
    }

    /// Parses a string; throws at the first octet that breaks the grammar.
    static func parse(_ octets: ArraySlice<UInt8>, for use: Use) throws(RecordError) -> MacroString {
        var parser = MacroParser(octets, use)
        while parser.position < octets.endIndex { try parser.parsePiece() }
        parser.flush()
        return MacroString(pieces: parser.pieces, source: Array(octets))
    }

    private mutating func parsePiece() throws(RecordError) {
        let octet = octets[position]
        position += 1
        guard octet == MacroParser.percent else {
            let isAllowed = (0x21...0x7E).contains(octet) || (octet == 0x20 && use == .explanation)
            guard isAllowed else { throw RecordError("octet \(octet) is not allowed in a macro string") }
            literal.append(octet)
            return
        }
        guard position < octets.endIndex else { throw RecordError("% at the end of a macro string") }
        defer { position += 1 }
        switch octets[position] {
        case MacroParser.percent: literal.append(MacroParser.percent)
        case UInt8(ascii: "_"): literal.append(0x20)
        case UInt8(ascii: "-"): literal.append(contentsOf: "%20".utf8)
        case UInt8(ascii: "{"): try parseVariable()
        default: throw RecordError("% is followed by neither {, %, _ nor -")
        }
    }

    /// Parses from the opening to the closing brace, and stays on the latter.
    private mutating func parseVariable() throws(RecordError) {
        flush()
        position += 1
        guard let close = octets[position...].firstIndex(of: UInt8(ascii: "}")), close > position else {
            throw RecordError("macro without a letter or closing brace")
        }
        guard let letter = MacroString.Letter(rawValue: octets[position] | 0x20) else {
            throw RecordError("unknown macro letter")
        }
        guard use != .domain || !letter.isForExplanations else {
            throw RecordError("macro letters c, r and t are for explanations only")
        }
        let isEscaped = octets[position] < 0x60
        position += 1
        let kept = try parseNumber(before: close)
        let isReversed = octets[position] | 0x20 == UInt8(ascii: "r")
        if isReversed { position += 1 }
        let delimiters = Array(octets[position..<close])
        guard delimiters.allSatisfy({ ".-+,/_=".utf8.contains($0) }) else {
            throw RecordError("unknown macro transformer or delimiter")
        }
        position = close
        pieces.append(
            .variable(
                .init(
                    letter: letter, isEscaped: isEscaped, kept: kept, isReversed: isReversed,
                    delimiters: delimiters.isEmpty ? [UInt8(ascii: ".")] : delimiters)))
    }

    private mutating func parseNumber(before close: Int) throws(RecordError) -> Int? {
        let digits = octets[position..<close].prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        position = digits.endIndex
        // No value has more parts than this; larger numbers mean the same and must not overflow.
        let number = digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1_000) }
        guard number > 0 else { throw RecordError("macro keeps zero parts") }
        return number
    }

    private mutating func flush() {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
    }
}
