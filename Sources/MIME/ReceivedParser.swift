/// Reads Received fields, whose grammar (RFC 5321, section 4.4) most servers follow in its main line.
struct ReceivedParser {
    private enum Clause: CaseIterable {
        case from, by, via, with, id, `for`

        var word: StaticString {
            switch self {
            case .from: "from"
            case .by: "by"
            case .via: "via"
            case .with: "with"
            case .id: "id"
            case .for: "for"
            }
        }
    }

    private var trace = ReceivedTrace()
    private var clause: Clause?
    /// Words of the clause so far.
    private var words = 0

    /// What the field says.
    static func trace(_ value: UnsafeRawBufferPointer) -> ReceivedTrace {
        var parser = ReceivedParser()
        if let end = parser.read(value) { parser.trace.date = DateParser.date(value.part(end..<value.count)) }
        return parser.trace
    }

    /// Reads the clauses and returns where the date starts.
    private mutating func read(_ value: UnsafeRawBufferPointer) -> Int? {
        var cursor = Cursor(value)
        while let octet = cursor.current {
            if ASCII.isBlank(octet) || octet == ASCII.comma {
                cursor.position += 1
            } else if octet == ASCII.openParenthesis {
                add(comment: cursor.takeComment())
            } else if octet == ASCII.semicolon {
                return cursor.position + 1
            } else {
                let word = cursor.take {
                    !ASCII.isBlank($0) && $0 != ASCII.openParenthesis && $0 != ASCII.semicolon
                }
                add(word: word)
            }
        }
        return nil
    }

    private mutating func add(word: UnsafeRawBufferPointer) {
        if let next = Clause.allCases.first(where: { word.equalsIgnoringCase($0.word) }) {
            // `for` and `by` begin the clause after a word only: a host may be called so.
            clause = next
            words = 0
            return
        }
        words += 1
        let text = Self.text(word)
        switch clause {
        case .from where words == 1: trace.from = trace.from ?? text
        case .from where trace.address == nil: trace.address = Self.address(in: word)
        case .by where words == 1: trace.by = trace.by ?? text
        case .via where words == 1: trace.via = trace.via ?? text
        case .with where trace.with == nil: trace.with = Self.transport(word)
        case .id where words == 1: trace.id = trace.id ?? text
        case .for where words == 1: trace.for = trace.for ?? text
        default: break
        }
    }

    /// A comment in the from clause has the client's address (RFC 5321, section 4.4: TCP-info).
    private mutating func add(comment: UnsafeRawBufferPointer) {
        guard clause == .from, trace.address == nil else { return }
        // What the client said in its greeting proves nothing.
        let greeting = (0..<comment.count).first { comment.part($0..<comment.count).hasPrefixIgnoringCase("helo") }
        trace.address = Self.address(in: comment.part(0..<(greeting ?? comment.count)))
    }

    /// A word without brackets of either kind at its ends, and without a comma behind it.
    private static func text(_ word: UnsafeRawBufferPointer) -> String {
        var range = 0..<word.count
        while let last = range.last, word[last] == ASCII.comma || word[last] == ASCII.greater {
            range = range.dropLast()
        }
        while let first = range.first, word[first] == ASCII.less { range = range.dropFirst() }
        // A port may follow an address in brackets.
        if let first = range.first, word[first] == ASCII.openBracket,
            let end = word.firstOffset(of: ASCII.closeBracket, from: first), end < range.upperBound
        {
            range = (first + 1)..<end
        }
        return Charset.guess(word.part(range))
    }

    /// The protocol that a word names: the part before a slash, in upper case.
    private static func transport(_ word: UnsafeRawBufferPointer) -> String? {
        let name = word.prefix { ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == ASCII.hyphen }
        let upper = name.map { ASCII.isLetter($0) ? $0 & 0xDF : $0 }
        let text = String(decoding: upper, as: UTF8.self)
        return aliases[text] ?? (transports.contains(text) ? text : nil)
    }

    /// What some servers write instead.
    private static let aliases = [
        "SMTPSVC": "SMTP", "BSMTP": "SMTP", "LOCAL-SMTP": "SMTP", "LOCAL-BSMTP": "SMTP", "LOCAL-ESMTP": "ESMTP",
        "LOCAL-ESMTPS": "ESMTPS", "ESMTP-TLS": "ESMTPS", "HTTPREST": "HTTP",
    ]

    /// The registered protocols (RFC 3848, RFC 6531, section 4.3) and those of mail that comes by other ways.
    private static let transports: Set<String> = [
        "SMTP", "ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA", "SMTPS", "LMTP", "LMTPS", "LMTPA", "LMTPSA", "UTF8SMTP",
        "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA", "HTTP", "HTTPS",
        "MMS", "IMAP", "POP3", "UUCP", "LOCAL", "ASMTP",
    ]

    /// The first address in a text: IPv4 or IPv6, in brackets or alone.
    private static func address(in text: UnsafeRawBufferPointer) -> String? {
        var cursor = Cursor(text)
        while !cursor.isAtEnd {
            // The tag of an address literal (RFC 5321, section 4.1.3).
            if text.part(cursor.position..<text.count).hasPrefixIgnoringCase("ipv6:") {
                cursor.position += 5
                return address(cursor.take { ASCII.hexValue($0) != nil || $0 == ASCII.colon || $0 == ASCII.dot })
            }
            let piece = cursor.take { ASCII.hexValue($0) != nil || $0 == ASCII.colon || $0 == ASCII.dot }
            let before = cursor.position - piece.count
            let touches = before > 0 && (ASCII.isLetter(text[before - 1]) || text[before - 1] == ASCII.hyphen)
            let after = cursor.current.map { ASCII.isLetter($0) || $0 == ASCII.hyphen || $0 == 0x5F } ?? false
            if !touches, !after, let address = address(piece) { return address }
            if piece.isEmpty { cursor.position += 1 }
        }
        return nil
    }

    private static func address(_ piece: UnsafeRawBufferPointer) -> String? {
        let colons = piece.count { $0 == ASCII.colon }
        if colons >= 2 { return String(decoding: piece, as: UTF8.self) }
        // A port may follow an IPv4 address.
        let host = piece.prefix { $0 != ASCII.colon }
        let numbers = host.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        let isAddress =
            numbers.count == 4 && numbers.allSatisfy { (1...3).contains($0.count) && $0.allSatisfy(ASCII.isDigit) }
        return isAddress ? String(decoding: host, as: UTF8.self) : nil
    }
}
