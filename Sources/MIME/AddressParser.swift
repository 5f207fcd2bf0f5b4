/// Reads address lists: groups, comments, quoted strings, routes, and what people write instead (RFC 5322, sections 3.4 and 4.4).
struct AddressParser {
    /// One piece of a display name or of an address.
    private enum Word {
        case atom(UnsafeRawBufferPointer)
        case quoted([UInt8])

        var octets: [UInt8] {
            switch self {
            case .atom(let bytes): Array(bytes)
            case .quoted(let bytes): bytes
            }
        }
    }

    /// Mailboxes that are read from one field: ten times as many as lists without a server of their own have.
    private static let mailboxLimit = 10_000
    /// Words that are kept of a name or of an address that blanks cut up; of more, the last half, which may be an address.
    private static let wordLimit = 1_000

    private var cursor: Cursor
    private var found: [MailAddress] = []
    /// The groups: their names, and where in `found` they start and end.
    private var groups: [(name: String?, start: Int, end: Int)] = []
    private var isInGroup = false
    /// Where in `found` the mailbox stands to which the words after it belong, if they are no mailbox of their own.
    private var unfinished: Int?
    private var words: [Word] = []
    private var comment: UnsafeRawBufferPointer?
    /// Domains of what stands as an address where the grammar has a name: `joe@example.org <joe@example.org>`.
    private var claimed: [String] = []
    /// Whether what other readers see is looked for, too.
    private var seesMore = false
    /// Whether the quote of a string without an end was passed by.
    private var hasPassedQuote = false
    /// Whether a reader with other leniency may see another address here.
    private var isAmbiguous = false

    /// The mailboxes of a field's value, groups flattened.
    static func addresses(_ value: UnsafeRawBufferPointer) -> [MailAddress] {
        var parser = AddressParser(cursor: Cursor(value))
        parser.parseList()
        return parser.found
    }

    /// The mailboxes of a field's value in their groups; those outside of groups are in nameless ones.
    static func groups(_ value: UnsafeRawBufferPointer) -> [AddressGroup] {
        var parser = AddressParser(cursor: Cursor(value))
        parser.parseList()
        parser.closeGroup()
        var result: [AddressGroup] = []
        var position = 0
        func addNameless(upTo end: Int) {
            if position < end { result.append(AddressGroup(name: nil, mailboxes: Array(parser.found[position..<end]))) }
        }
        for group in parser.groups {
            addNameless(upTo: group.start)
            result.append(AddressGroup(name: group.name ?? "", mailboxes: Array(parser.found[group.start..<group.end])))
            position = group.end
        }
        addNameless(upTo: parser.found.count)
        return result
    }

    /// The domains of all mailboxes that one reader or another may see, each as written; the first ones are those of
    /// ``addresses(_:)``.
    ///
    /// - Returns: Nothing where a reader may see one that is not among them.
    static func allDomains(_ value: UnsafeRawBufferPointer) -> [String]? {
        if let domain = plainDomain(value) { return [domain] }
        var parser = AddressParser(cursor: Cursor(value))
        parser.seesMore = true
        parser.parseList()
        guard !parser.isAmbiguous, parser.cursor.isAtEnd else { return nil }
        var domains = parser.found.map(\.domain)
        if domains.allSatisfy(\.isEmpty), FieldText.decode(value).utf8.contains(ASCII.at) { return nil }
        var others = parser.claimed
        if value.firstOffset(of: "=?", from: 0) != nil {
            // Some readers decode before they look for addresses.
            var text = FieldText.decode(value)
            others += text.withUTF8 { addresses(UnsafeRawBufferPointer($0)) }.map(\.domain)
        }
        for domain in others where !domain.isEmpty && !domains.contains(domain) { domains.append(domain) }
        return domains
    }

    private mutating func parseList() {
        while let octet = cursor.current, found.count < Self.mailboxLimit {
            switch octet {
            case _ where ASCII.isBlank(octet): cursor.skipBlanks()
            case ASCII.openParenthesis: comment = cursor.takeComment()
            case ASCII.quote: takeQuoted()
            case ASCII.less: parseAngle()
            case ASCII.at: parseDomain()
            case ASCII.comma, ASCII.semicolon:
                cursor.position += 1
                finishLocalName()
                unfinished = nil
                if octet == ASCII.semicolon { closeGroup() }
            case ASCII.colon:
                cursor.position += 1
                openGroup()
            default: takeAtom()
            }
        }
        finishLocalName()
    }

    /// What came before a colon is a group's name.
    private mutating func openGroup() {
        closeGroup()
        expectNoAddress(in: displayName)
        groups.append((displayName, found.count, found.count))
        isInGroup = true
        unfinished = nil
        reset()
    }

    private mutating func closeGroup() {
        guard isInGroup else { return }
        groups[groups.count - 1].end = found.count
        isInGroup = false
    }

    private mutating func reset() {
        words.removeAll(keepingCapacity: true)
        comment = nil
    }

    private mutating func takeAtom() {
        let atom = cursor.take { octet in
            octet > ASCII.space && octet != ASCII.openParenthesis && octet != ASCII.quote && octet != ASCII.less
                && octet != ASCII.at && octet != ASCII.comma && octet != ASCII.semicolon && octet != ASCII.colon
                && octet != ASCII.greater
        }
        if atom.isEmpty {
            cursor.position += 1
        } else {
            keep(.atom(atom))
        }
    }

    private mutating func takeQuoted() {
        let start = cursor.position
        let content = cursor.takeQuotedString()
        guard cursor.isUnclosed, seesMore else { return keep(.quoted(content)) }
        // For many readers such a quote is a character as any other; a second one is for none.
        isAmbiguous = isAmbiguous || hasPassedQuote
        guard !hasPassedQuote else { return }
        hasPassedQuote = true
        cursor.position = start + 1
    }

    private mutating func keep(_ word: Word) {
        if words.count == Self.wordLimit { words.removeFirst(Self.wordLimit / 2) }
        words.append(word)
    }

    /// A word alone is a local mailbox, such as `root`; several are a name without an address, and those behind an
    /// address its name.
    private mutating func finishLocalName() {
        defer { reset() }
        if let unfinished {
            let mailbox = found[unfinished]
            // Some readers take words behind a domain for the rest of it.
            if !words.isEmpty { isAmbiguous = true }
            guard mailbox.displayName == nil, let name = displayName else { return }
            found[unfinished] = MailAddress(displayName: name, localPart: mailbox.localPart, domain: mailbox.domain)
            return
        }
        guard words.count == 1, let word = words.first else {
            expectNoAddress(in: displayName)
            return
        }
        let local = FieldText.decode(word.octets)
        expectNoAddress(in: local)
        guard !local.isEmpty else { return }
        found.append(MailAddress(displayName: commentText, localPart: local, domain: ""))
    }

    private var commentText: String? {
        guard let comment else { return nil }
        let text = FieldText.decode(Array(comment))
        return text.isEmpty ? nil : text
    }

    // MARK: local@domain without angle brackets

    private mutating func parseDomain() {
        cursor.position += 1
        let local = takeTrailingLocalPart()
        let domain = takeDomain()
        // `joe@example.org <joe@example.org>`: the first is a name.
        cursor.skipBlanks()
        var name: String?
        while cursor.current == ASCII.openParenthesis {
            comment = cursor.takeComment()
            cursor.skipBlanks()
        }
        if cursor.current == ASCII.less {
            words.append(.quoted(local + [ASCII.at] + Array(domain.utf8)))
            claimed.append(domain)
            return
        }
        name = displayName ?? commentText
        if domain.isEmpty { isAmbiguous = true }
        append(name: name, local: local, domain: domain)
        reset()
    }

    /// Takes the words that touch the at sign, with dots between them (RFC 5322, section 4.4: blanks around dots).
    private mutating func takeTrailingLocalPart() -> [UInt8] {
        guard let last = words.popLast() else { return [] }
        var local = last.octets
        while let previous = words.last {
            let octets = previous.octets
            guard local.first == ASCII.dot || octets.last == ASCII.dot else { break }
            local = octets + local
            words.removeLast()
        }
        return local
    }

    private mutating func takeDomain() -> String {
        var domain: [UInt8] = []
        while true {
            let before = cursor.position
            cursor.skipBlanks()
            // A comment between labels goes; one behind the domain may be the name (RFC 5322, section 4.4).
            if cursor.current == ASCII.openParenthesis {
                let isWithin = domain.isEmpty || domain.last == ASCII.dot
                cursor.skipComments()
                if !isWithin, cursor.current != ASCII.dot {
                    cursor.position = before
                    break
                }
            }
            if cursor.current == ASCII.openBracket {
                domain += Array(cursor.take { $0 != ASCII.closeBracket }).filter { !ASCII.isBlank($0) }
                if cursor.skip(ASCII.closeBracket) { domain.append(ASCII.closeBracket) }
                break
            }
            let label = cursor.take { MailAddress.isAtomText($0) || $0 == ASCII.dot }
            let joins = domain.isEmpty || domain.last == ASCII.dot || label.first == ASCII.dot
            guard !label.isEmpty, joins else {
                cursor.position = before
                break
            }
            // What stands between labels ends the domain for some readers, and for others not even a label.
            if !domain.isEmpty { isAmbiguous = true }
            domain += label
        }
        while domain.last == ASCII.dot { domain.removeLast() }
        return domain.withUnsafeBytes { octets in
            if !octets.isASCII, String(validating: octets, as: UTF8.self) == nil { isAmbiguous = true }
            return Charset.guess(octets)
        }
    }

    // MARK: name <local@domain>

    private mutating func parseAngle() {
        cursor.position += 1
        let name = displayName
        var local = LocalPart()
        var domain = ""
        var hasAt = false
        scan: while let octet = cursor.current {
            switch octet {
            case ASCII.greater:
                cursor.position += 1
                break scan
            case ASCII.openParenthesis: comment = cursor.takeComment()
            case ASCII.quote:
                if hasAt { isAmbiguous = true }
                local.add(cursor.takeQuotedString())
            case ASCII.at:
                cursor.position += 1
                if hasAt { isAmbiguous = true }
                domain = takeDomain()
                hasAt = true
            case ASCII.colon where hasAt && local.octets.isEmpty, ASCII.comma where hasAt && local.octets.isEmpty:
                // The route before the mailbox (RFC 5322, section 4.4) says nothing to anybody any more.
                cursor.position += 1
                isAmbiguous = true
                (domain, hasAt) = ("", false)
            case ASCII.comma where hasAt, ASCII.semicolon: break scan
            case _ where !hasAt && MailAddress.isAtomText(octet):
                local.add(cursor.take(while: MailAddress.isAtomText))
            default:
                if !hasAt, octet != ASCII.less { local.add(CollectionOfOne(octet)) }
                if hasAt, !ASCII.isBlank(octet) { isAmbiguous = true }
                cursor.position += 1
            }
        }
        cursor.skipBlanks()
        while cursor.current == ASCII.openParenthesis {
            comment = cursor.takeComment()
            cursor.skipBlanks()
        }
        if hasAt, domain.isEmpty { isAmbiguous = true }
        if domain.isEmpty || local.octets.isEmpty { expectNoAddress(in: name) }
        append(name: name ?? commentText, local: local.octets, domain: domain)
        reset()
        _ = cursor.skip(ASCII.greater)
    }

    /// A local part as it is put together: blanks around dots are none of it (RFC 5322, section 4.4), one between words
    /// stays, as quotes would have kept it.
    private struct LocalPart {
        var octets: [UInt8] = []
        private var isApart = false

        mutating func add(_ word: some Collection<UInt8>) {
            guard let first = word.first, !ASCII.isBlank(first) || word.count > 1 else {
                isApart = !word.isEmpty
                return
            }
            if isApart, let last = octets.last, last != ASCII.dot, first != ASCII.dot { octets.append(ASCII.space) }
            isApart = false
            octets += word
        }
    }

    private mutating func append(name: String?, local: [UInt8], domain: String) {
        // No part of an address is an encoded word, whatever it looks like (RFC 2047, section 5 (3)).
        let localText = FieldText.literal(local)
        if seesMore, !domain.isEmpty { expectNoAddress(in: FieldText.decode(local)) }
        guard !localText.isEmpty || !domain.isEmpty else { return }
        if unfinished != nil { isAmbiguous = true }
        unfinished = found.count
        found.append(MailAddress(displayName: name, localPart: localText, domain: domain))
    }

    /// Notes that a reader may see an address where this parser sees a name or a local part.
    private mutating func expectNoAddress(in text: String?) {
        if let text, text.utf8.contains(ASCII.at) { isAmbiguous = true }
    }

    /// The words so far as a name: decoded together, because encoded words run over their edges.
    private var displayName: String? {
        guard !words.isEmpty else { return nil }
        var octets: [UInt8] = []
        for word in words {
            if !octets.isEmpty { octets.append(ASCII.space) }
            octets += word.octets
        }
        // Blanks within quotes belong to the name (RFC 5322, section 3.2.4).
        let text = FieldText.decodeWhole(octets)
        return text.isEmpty ? nil : text
    }
}
