/// Cuts the text of a query into its signs.
struct QueryLexer {
    /// One sign.
    enum Kind: Equatable {
        case open
        case close
        case minus
        case or
        /// `name:` directly before its value.
        case key(String)
        case word(String)
        case phrase(String)
        case end
    }

    /// A sign and where it begins, in characters.
    struct Token: Equatable {
        var kind: Kind
        var position: Int
        /// Whether the text ends directly behind it, so that a word may still be going on.
        var endsText = false

        /// What to call it in an error.
        var text: String {
            switch kind {
            case .open: "\"(\""
            case .close: "\")\""
            case .minus: "\"-\""
            case .or: "OR"
            case .key(let name): "\"\(name):\""
            case .word(let word): "\"\(word)\""
            case .phrase: "a phrase"
            case .end: "the end of the query"
            }
        }
    }

    /// The names that may stand before a colon.
    static let keys: Set<String> = [
        "from", "to", "subject", "filename", "is", "has", "in", "before", "after", "older_than", "newer_than",
        "larger", "smaller",
    ]

    /// All signs of a text, with an end.
    static func tokens(of text: String) throws(QueryError) -> [Token] {
        var lexer = QueryLexer(text: Array(text))
        var tokens: [Token] = []
        while let token = try lexer.next() { tokens.append(token) }
        tokens.append(Token(kind: .end, position: lexer.text.count))
        return tokens
    }

    private let text: [Character]
    private var position = 0
    /// Where the value of an operator begins; what looks like an operator there is text.
    private var valueStart = -1

    private init(text: [Character]) {
        self.text = text
    }

    private mutating func next() throws(QueryError) -> Token? {
        while position < text.count, text[position].isWhitespace { position += 1 }
        guard position < text.count else { return nil }
        let start = position
        switch text[position] {
        case "(":
            position += 1
            return Token(kind: .open, position: start)
        case ")":
            position += 1
            return Token(kind: .close, position: start)
        case "-" where position + 1 < text.count && !text[position + 1].isWhitespace:
            position += 1
            return Token(kind: .minus, position: start)
        case "\"", "\u{201C}", "\u{201D}": return try phrase(start)
        default: return try word(start)
        }
    }

    private mutating func phrase(_ start: Int) throws(QueryError) -> Token {
        position += 1
        let from = position
        while position < text.count, !Self.isQuote(text[position]) { position += 1 }
        guard position < text.count else {
            throw QueryError(position: start, found: "a quote without its end", expected: "a closing \"")
        }
        position += 1
        return Token(kind: .phrase(String(text[from..<position - 1])), position: start)
    }

    private mutating func word(_ start: Int) throws(QueryError) -> Token {
        while position < text.count, !Self.endsWord(text[position]) {
            if text[position] == ":" {
                let name = String(text[start..<position]).lowercased()
                if Self.keys.contains(name) {
                    position += 1
                    valueStart = position
                    return Token(kind: .key(name), position: start)
                }
                if start != valueStart { try refuseUnknown(name, start) }
            }
            position += 1
        }
        let word = String(text[start..<position])
        return Token(kind: word == "OR" ? .or : .word(word), position: start, endsText: position == text.count)
    }

    /// Refuses what looks like an operator and is none: searched for as a word, it would find nothing and say nothing.
    private func refuseUnknown(_ name: String, _ start: Int) throws(QueryError) {
        let letters = name.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }
        // A letter alone is a drive, `//` an address of the web, and nothing at all behind the colon the end of a sentence.
        guard letters, name.count > 1, position + 1 < text.count, text[position + 1] != "/",
            text[position + 1].isLetter || text[position + 1].isNumber || Self.isQuote(text[position + 1])
        else { return }
        throw QueryError(position: start, found: "\(name):", expected: Self.hint(for: name))
    }

    private static func hint(for name: String) -> String {
        if let near = nearest(to: name) { return "\(near): instead, or quotes around the text" }
        let known = keys.sorted().map { $0 + ":" }.joined(separator: ", ")
        return "one of the operators \(known), or quotes around the text"
    }

    /// From this length on two mistakes are forgiven: with fewer letters, two of them make any name another.
    private static let lengthForTwo = 6
    /// From this length on the beginning of a name is taken for it.
    private static let shortestBeginning = 3

    /// The operator that somebody probably meant.
    private static func nearest(to name: String) -> String? {
        let allowed = name.count >= lengthForTwo ? 2 : 1
        let letters = Array(name.utf8)
        let near = keys.map { (key: $0, distance: EditDistance.between(letters, Array($0.utf8))) }
            .filter { $0.distance <= allowed }
            .min { ($0.distance, $0.key) < ($1.distance, $1.key) }
        return near?.key ?? keys.sorted().first { name.count >= shortestBeginning && $0.hasPrefix(name) }
    }

    private static func isQuote(_ character: Character) -> Bool {
        character == "\"" || character == "\u{201C}" || character == "\u{201D}"
    }

    private static func endsWord(_ character: Character) -> Bool {
        character.isWhitespace || character == "(" || character == ")" || isQuote(character)
    }
}
