import Bytes

/// Reads the signs of a query into its tree.
///
/// ```
/// query  = [ or ] end
/// or     = all *( "OR" all )
/// all    = 1*unary
/// unary  = [ "-" ] ( "(" or ")" / key value / word / phrase )
/// ```
struct QueryParser {
    let tokens: [QueryLexer.Token]
    let now: Timestamp
    private var index = 0
    private var depth = 0
    private var terms = 0

    init(tokens: [QueryLexer.Token], now: Timestamp) {
        self.tokens = tokens
        self.now = now
    }

    /// The whole query; one without signs asks for everything.
    mutating func parse() throws(QueryError) -> Expression {
        if current.kind == .end { return .everything }
        let expression = try parseOr()
        guard current.kind == .end else { throw unexpected("a word or the end of the query") }
        return expression
    }

    private var current: QueryLexer.Token { tokens[index] }

    private func unexpected(_ expected: String) -> QueryError {
        QueryError(position: current.position, found: current.text, expected: expected)
    }

    private mutating func parseOr() throws(QueryError) -> Expression {
        var parts = [try parseAll()]
        while current.kind == .or {
            index += 1
            parts.append(try parseAll())
        }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func parseAll() throws(QueryError) -> Expression {
        var parts: [Expression] = []
        var empty: QueryLexer.Token?
        while true {
            switch current.kind {
            case .end, .close, .or:
                if parts.isEmpty, let empty { throw Self.wordless(empty) }
                guard !parts.isEmpty else { throw unexpected("a word, a phrase or a filter") }
                return parts.count == 1 ? parts[0] : .all(parts)
            case .open, .minus, .key, .word, .phrase:
                let token = current
                let part = try parseUnary()
                // A dash or an ampersand between words is nothing to look for.
                if part == .nothing { empty = empty ?? token } else { parts.append(part) }
            }
        }
    }

    /// What to say of a sign that has nothing to look for, where something has to be.
    private static func wordless(_ token: QueryLexer.Token) -> QueryError {
        QueryError(position: token.position, found: token.text, expected: "a word with letters or digits")
    }

    private mutating func parseUnary() throws(QueryError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Query.maximumDepth else {
            throw unexpected("at most \(Query.maximumDepth) levels of parentheses")
        }
        let token = current
        index += 1
        switch token.kind {
        case .minus:
            let inner = try parseUnary()
            return inner == .nothing ? .nothing : .not(inner)
        case .open:
            let inner = try parseOr()
            guard current.kind == .close else { throw unexpected("\")\"") }
            index += 1
            return inner
        case .key(let name): return try parseValue(of: name)
        case .word(let text): return try words(text, in: .any, isLast: token.endsText, token)
        case .phrase(let text): return try words(text, in: .any, isLast: false, token)
        case .close, .or, .end:
            index -= 1
            throw unexpected("a word, a phrase or a filter")
        }
    }

    /// The words of a sign, each of which counts: a long phrase is as much work as as many words.
    private mutating func words(
        _ text: String, in field: Field, isLast: Bool, _ token: QueryLexer.Token
    ) throws(QueryError) -> Expression {
        let expression = WordSplitter.expression(text, in: field, isLast: isLast)
        var count = 1
        if case .words(let sequence) = expression { count = sequence.words.count }
        try self.count(token, terms: count)
        return expression
    }

    private mutating func count(_ token: QueryLexer.Token, terms count: Int = 1) throws(QueryError) {
        terms += count
        guard terms <= Query.maximumTerms else {
            throw QueryError(
                position: token.position, found: "one more", expected: "at most \(Query.maximumTerms) words and filters"
            )
        }
    }

    // MARK: Filters

    private mutating func parseValue(of key: String) throws(QueryError) -> Expression {
        let token = current
        let text: String
        let isPhrase: Bool
        switch token.kind {
        case .word(let word): (text, isPhrase) = (word, false)
        case .phrase(let phrase): (text, isPhrase) = (phrase, true)
        case .or: (text, isPhrase) = ("OR", false)
        default: throw unexpected(Self.expected(key))
        }
        index += 1
        let isLast = !isPhrase && token.endsText
        guard let field = Self.fields[key] else {
            try count(token)
            if key == "in" { return .filter(.mailbox(.named(text))) }
            guard let filter = FilterValue(key: key, text: text.lowercased(), now: now).expression else {
                throw QueryError(position: token.position, found: token.text, expected: Self.expected(key))
            }
            return filter
        }
        let expression = try words(text, in: field, isLast: isLast, token)
        guard expression != .nothing else { throw Self.wordless(token) }
        return expression
    }

    /// The operators whose value is words.
    private static let fields: [String: Field] = [
        "from": .from, "to": .to, "subject": .subject, "filename": .filename,
    ]

    private static func expected(_ key: String) -> String {
        switch key {
        case "is": "unread, read, flagged or answered after is:"
        case "has": "attachment after has:"
        case "before", "after": "a day such as 2026-01-31 after \(key):"
        case "older_than", "newer_than": "an age such as 7d, 2w, 3m or 1y after \(key):"
        case "larger", "smaller": "a size such as 500KB or 5MB after \(key):"
        case "in": "the name of a mailbox after in:"
        default: "a word or a phrase after \(key):"
        }
    }
}
