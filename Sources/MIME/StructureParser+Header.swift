extension StructureParser {
    /// Reads one header: its fields, its range, and where the body starts.
    mutating func parseHeader(at start: Int, isRoot: Bool) -> (fields: Range<Int>, header: Range<Int>, body: Int) {
        let first = fields.count
        var seen: UInt32 = 0
        var position = start
        if isRoot { position = skipMailboxSeparator(at: position) }
        while position < bytes.count {
            let lineEnd = endOfLine(at: position)
            if let blank = blankLine(position..<lineEnd) {
                return (first..<fields.count, start..<position, blank)
            }
            if bytes[position] == ASCII.hyphen, delimiter(at: position) != nil {
                report(.missingHeaderEnd, at: position)
                break
            }
            guard fits(first: first, start: start, position: position) else { break }
            if let colon = colonAfterName(position..<lineEnd) {
                position = addField(at: position, colon: colon, lineEnd: lineEnd, &seen)
            } else if position == start, bytes[position] == ASCII.space || bytes[position] == ASCII.tab {
                report(.malformedField, at: position)
                position = lineEnd
            } else if hasEightBitName(position..<lineEnd) {
                report(.malformedField, at: position)
                position = endOfField(at: lineEnd)
            } else if bytes[position] != ASCII.hyphen, isKnownField(at: lineEnd) {
                report(.malformedField, at: position)
                position = lineEnd
            } else {
                report(.missingHeaderEnd, at: position)
                break
            }
        }
        return (first..<fields.count, start..<position, position)
    }

    private mutating func fits(first: Int, start: Int, position: Int) -> Bool {
        if fields.count - first >= limits.fields {
            report(.tooManyFields, at: position)
            return false
        }
        if position - start >= limits.headerOctets {
            report(.headerTooLong, at: position)
            return false
        }
        return true
    }

    private mutating func skipMailboxSeparator(at start: Int) -> Int {
        let text = bytes.part(start..<bytes.count)
        guard text.hasPrefixIgnoringCase("from ") || text.hasPrefixIgnoringCase(">from ") else { return start }
        let line = start..<endOfLine(at: start)
        guard colonAfterName(line) == nil else { return start }
        report(.mailboxSeparator, at: start)
        return line.upperBound
    }

    /// After the line feed that ends the line at an offset, or the end of the source.
    private func endOfLine(at start: Int) -> Int {
        bytes.firstOffset(of: ASCII.lineFeed, from: start).map { $0 + 1 } ?? bytes.count
    }

    /// Where the body starts if a line is the empty one that ends a header.
    private func blankLine(_ line: Range<Int>) -> Int? {
        var position = line.lowerBound
        while position < line.upperBound, bytes[position] == ASCII.carriageReturn { position += 1 }
        guard position < line.upperBound, bytes[position] == ASCII.lineFeed else { return nil }
        return line.upperBound
    }

    /// The colon of a field that starts with a line (RFC 5322, sections 2.2 and 4.5: blanks may stand before the colon).
    private func colonAfterName(_ line: Range<Int>) -> Int? {
        var position = line.lowerBound
        while position < line.upperBound, bytes[position] > ASCII.space, bytes[position] != ASCII.colon,
            bytes[position] < 0x7F
        {
            position += 1
        }
        guard position > line.lowerBound else { return nil }
        while position < line.upperBound, bytes[position] == ASCII.space || bytes[position] == ASCII.tab {
            position += 1
        }
        return position < line.upperBound && bytes[position] == ASCII.colon ? position : nil
    }

    /// Whether a line would be a field if its name were ASCII (RFC 5322, section 2.2).
    private func hasEightBitName(_ line: Range<Int>) -> Bool {
        guard let colon = bytes.part(0..<line.upperBound).firstOffset(of: ASCII.colon, from: line.lowerBound) else {
            return false
        }
        let name = bytes.part(line.lowerBound..<colon)
        return !name.isASCII && name.allSatisfy { $0 > ASCII.space && $0 != 0x7F }
    }

    /// Where the next field starts, behind continuation lines.
    private func endOfField(at start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == ASCII.space || bytes[end] == ASCII.tab { end = endOfLine(at: end) }
        return end
    }

    /// Whether a message's header can start at an offset: with a field, or with an mbox separator before it.
    func startsWithField(at start: Int) -> Bool {
        guard start < bytes.count else { return true }
        let line = start..<endOfLine(at: start)
        if colonAfterName(line) != nil || blankLine(line) != nil { return true }
        let text = bytes.part(line)
        return text.hasPrefixIgnoringCase("from ") || text.hasPrefixIgnoringCase(">from ")
    }

    private func isKnownField(at start: Int) -> Bool {
        guard start < bytes.count else { return false }
        let line = start..<min(endOfLine(at: start), start + 200)
        guard let colon = colonAfterName(line) else { return false }
        let name = bytes.part(start..<colon).trimmed
        return KnownField(name) != .other || name.hasPrefixIgnoringCase("x-")
    }

    /// Adds the field whose first line is known, with its continuation lines, and returns where the next one starts.
    private mutating func addField(at start: Int, colon: Int, lineEnd: Int, _ seen: inout UInt32) -> Int {
        let end = endOfField(at: lineEnd)
        var nameEnd = colon
        while nameEnd > start, ASCII.isBlank(bytes[nameEnd - 1]) { nameEnd -= 1 }
        var valueEnd = end
        if valueEnd > colon + 1, bytes[valueEnd - 1] == ASCII.lineFeed { valueEnd -= 1 }
        if valueEnd > colon + 1, bytes[valueEnd - 1] == ASCII.carriageReturn { valueEnd -= 1 }
        let known = KnownField(bytes.part(start..<nameEnd))
        if known.isUnique {
            let bit = UInt32(1) << UInt32(known.rawValue)
            if seen & bit != 0 { report(.duplicateField, at: start) }
            seen |= bit
        }
        fields.append(FieldRecord(known: known, name: start..<nameEnd, value: (colon + 1)..<valueEnd, end: end))
        return end
    }
}
