/// Cuts a condition into words.
struct ConditionLexer {
    private let text: [Unicode.Scalar]
    private var position = 0

    private static let symbols = [
        "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "?", ":",
        ".",
    ]

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    /// All words, with `end` as the last.
    static func tokens(of text: String) throws(ConditionProblem) -> [ConditionToken] {
        var lexer = ConditionLexer(text)
        var tokens: [ConditionToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(ConditionProblem) -> ConditionToken {
        while position < text.count, text[position].properties.isWhitespace { position += 1 }
        let start = position
        guard position < text.count else {
            let end = text.lastIndex { !$0.properties.isWhitespace }
            return ConditionToken(kind: .end, offset: end.map { $0 + 1 } ?? 0)
        }
        let first = text[position]
        let kind: ConditionToken.Kind
        if first == "'" || first == "\"" {
            kind = .string(try readString(until: first))
        } else if isDigit(first) {
            kind = try readNumber()
        } else if isLetter(first) {
            kind = readName()
        } else {
            kind = .symbol(try readSymbol())
        }
        return ConditionToken(kind: kind, offset: start)
    }

    private mutating func readSymbol() throws(ConditionProblem) -> String {
        let rest = String(String.UnicodeScalarView(text[position..<min(position + 2, text.count)]))
        guard let symbol = Self.symbols.first(where: { rest.hasPrefix($0) }) else {
            let hint: String? =
                switch rest.first {
                case "=": "=="
                case "&": "&&"
                case "|": "||"
                default: nil
                }
            throw ConditionProblem(
                offset: position, text: "\(text[position]) means nothing in a condition", suggestion: hint)
        }
        position += symbol.unicodeScalars.count
        return symbol
    }

    /// A hyphen between letters or digits belongs to the name, as in `spf.helo-result`.
    private mutating func readName() -> ConditionToken.Kind {
        let start = position
        while position < text.count {
            let isJoined = position + 1 < text.count && isLetterOrDigit(text[position + 1])
            guard isLetterOrDigit(text[position]) || ((text[position] == "." || text[position] == "-") && isJoined)
            else { break }
            position += 1
        }
        let name = String(String.UnicodeScalarView(text[start..<position]))
        return switch name {
        case "true": .bool(true)
        case "false": .bool(false)
        case "in": .symbol(name)
        default: .name(name)
        }
    }

    private mutating func readNumber() throws(ConditionProblem) -> ConditionToken.Kind {
        let start = position
        skipDigits()
        var isWhole = true
        if position + 1 < text.count, text[position] == ".", isDigit(text[position + 1]) {
            isWhole = false
            position += 1
            skipDigits()
        }
        if position < text.count, text[position] == "e" || text[position] == "E" {
            isWhole = false
            position += 1
            if position < text.count, text[position] == "+" || text[position] == "-" { position += 1 }
            skipDigits()
        }
        let written = String(String.UnicodeScalarView(text[start..<position]))
        if position < text.count, isLetter(text[position]) {
            throw ConditionProblem(
                offset: start, text: "\(written)\(text[position]) is no number; conditions know no units")
        }
        if isWhole, let value = Int(written) { return .int(value) }
        if !isWhole, let value = Double(written), value.isFinite { return .double(value) }
        throw ConditionProblem(offset: start, text: "\(written) is no number, or too large")
    }

    private mutating func skipDigits() {
        while position < text.count, isDigit(text[position]) { position += 1 }
    }

    private mutating func readString(until quote: Unicode.Scalar) throws(ConditionProblem) -> String {
        let start = position
        var result = String.UnicodeScalarView()
        position += 1
        while position < text.count, text[position] != quote {
            result.append(text[position] == "\\" ? try readEscape() : text[position])
            position += 1
        }
        guard position < text.count else {
            throw ConditionProblem(offset: start, text: "a text begins here and has no end")
        }
        position += 1
        return String(result)
    }

    /// Reads from the backslash to the last character of the escape.
    private mutating func readEscape() throws(ConditionProblem) -> Unicode.Scalar {
        let start = position
        position += 1
        guard position < text.count else {
            throw ConditionProblem(offset: start, text: "a text begins before this and has no end")
        }
        switch text[position] {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "\\", "'", "\"": return text[position]
        case "u":
            let digits = text[min(position + 1, text.count)..<min(position + 5, text.count)]
            if digits.count == 4, let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
                let scalar = Unicode.Scalar(value)
            {
                position += 4
                return scalar
            }
        default: break
        }
        throw ConditionProblem(offset: start, text: "an escape must be one of \\n \\r \\t \\\\ \\' \\\" \\uXXXX")
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
    }
    private func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool { isLetter(scalar) || isDigit(scalar) }
}
