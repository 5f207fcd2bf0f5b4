import CBytes

extension StructureParser {
    /// One header: its fields, its range, what ended it, and where the body starts.
    typealias ReadHeader = (fields: Range<Int>, header: Range<Int>, end: PartRecord.HeaderEnd, body: Int)

    /// Reads one header.
    mutating func parseHeader(at start: Int, isRoot: Bool) -> ReadHeader {
        let first = fields.count
        var seen: UInt32 = 0
        var end = PartRecord.HeaderEnd.regular
        var position = start
        if isRoot { position = skipMailboxSeparator(at: position) }
        while position < bytes.count {
            if let blank = blankLine(at: position) {
                return (first..<fields.count, start..<position, .regular, blank)
            }
            if bytes[position] == ASCII.hyphen, delimiter(at: position) != nil {
                report(.missingHeaderEnd, at: position)
                end = .text
                break
            }
            guard fits(first: first, start: start, position: position) else {
                end = .limit
                break
            }
            if let field = field(at: position) {
                guard field.end - start <= limits.headerOctets else {
                    report(.headerTooLong, at: position)
                    end = .limit
                    break
                }
                add(field, at: position, &seen)
                position = field.end
            } else if let next = skipMalformedLine(at: position, isFirst: position == start) {
                report(.malformedField, at: position)
                position = next
            } else {
                report(.missingHeaderEnd, at: position)
                end = .text
                break
            }
        }
        return (first..<fields.count, start..<position, end, position)
    }

    /// Where the header goes on behind a line that is no field but stands in it; `nil` if the line is not of the header.
    private func skipMalformedLine(at position: Int, isFirst: Bool) -> Int? {
        let lineEnd = endOfLine(at: position)
        if isFirst, bytes[position] == ASCII.space || bytes[position] == ASCII.tab { return lineEnd }
        if hasEightBitName(position..<lineEnd) { return endOfField(at: lineEnd) }
        return bytes[position] != ASCII.hyphen && isKnownField(at: lineEnd) ? lineEnd : nil
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
        guard field(at: start) == nil else { return start }
        report(.mailboxSeparator, at: start)
        return endOfLine(at: start)
    }

    /// After the line feed that ends the line at an offset, or the end of the source.
    private func endOfLine(at start: Int) -> Int {
        bytes.firstOffset(of: ASCII.lineFeed, from: start).map { $0 + 1 } ?? bytes.count
    }

    /// Where the body starts if the line at an offset is the empty one that ends a header.
    private func blankLine(at start: Int) -> Int? {
        var position = start
        while position < bytes.count, bytes[position] == ASCII.carriageReturn { position += 1 }
        return position < bytes.count && bytes[position] == ASCII.lineFeed ? position + 1 : nil
    }

    /// The field that starts at an offset (RFC 5322, sections 2.2 and 4.5: blanks may stand before the colon).
    private func field(at start: Int) -> (nameEnd: Int, colon: Int, end: Int)? {
        guard let base = bytes.baseAddress else { return nil }
        var field = sluice_field()
        guard sluice_read_field(base, bytes.count, start, &field) != 0 else { return nil }
        return (field.name_end, field.colon, field.end)
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
        if field(at: start) != nil || blankLine(at: start) != nil { return true }
        let text = bytes.part(start..<bytes.count)
        return text.hasPrefixIgnoringCase("from ") || text.hasPrefixIgnoringCase(">from ")
    }

    private func isKnownField(at start: Int) -> Bool {
        guard let field = field(at: start) else { return false }
        let name = bytes.part(start..<field.nameEnd)
        return KnownField(name) != .other || name.hasPrefixIgnoringCase("x-")
    }

    private mutating func add(_ field: (nameEnd: Int, colon: Int, end: Int), at start: Int, _ seen: inout UInt32) {
        let valueStart = field.colon + 1
        var valueEnd = field.end
        if valueEnd > valueStart, bytes[valueEnd - 1] == ASCII.lineFeed { valueEnd -= 1 }
        if valueEnd > valueStart, bytes[valueEnd - 1] == ASCII.carriageReturn { valueEnd -= 1 }
        let known = KnownField(bytes.part(start..<field.nameEnd))
        if known.isUnique {
            let bit = UInt32(1) << UInt32(known.rawValue)
            if seen & bit != 0 { report(.duplicateField, at: start) }
            seen |= bit
        }
        fields.append(
            FieldRecord(known: known, name: start..<field.nameEnd, value: valueStart..<valueEnd, end: field.end))
    }
}
