import Bytes
import CBytes

extension ParsedMessage {
    /// Whom readers show as the authors: readers agree on what follows the grammar, and on little else.
    ///
    /// - Complexity: O(n) in the size of the header and of text up to the next empty line, where that ends the header.
    public var authors: Authors {
        let record = tree.parts[0]
        if record.headerEnd == .limit { return .unclear(.unread) }
        if hasHiddenFrom { return .unclear(.hidden) }
        let fields = header.all(.from)
        if fields.isEmpty, showsAnotherField { return .unclear(.replaced) }
        var domains: [String] = []
        for field in fields {
            if field.withValue(Self.hasControl) { return .unclear(.control) }
            guard let found = field.withValue(AddressParser.allDomains) else { return .unclear(.ambiguous) }
            domains += found
        }
        if !fields.isEmpty, domains.allSatisfy(\.isEmpty), showsAnotherField { return .unclear(.replaced) }
        return .domains(domains)
    }

    /// Whether a field has an address that readers show where From has none.
    private var showsAnotherField: Bool {
        let others = [header.all(.sender), header.all("Resent-From"), header.all("Resent-Sender")].joined()
        return others.contains { $0.withValue { $0.firstOffset(of: ASCII.at) != nil } }
    }

    /// Whether a value has control characters, other than tabs and the line ends of folds.
    private static func hasControl(_ value: UnsafeRawBufferPointer) -> Bool {
        for (offset, octet) in value.enumerated() where octet < ASCII.space || octet == 0x7F {
            let isFold =
                octet == ASCII.lineFeed
                || octet == ASCII.carriageReturn && offset + 1 < value.count && value[offset + 1] == ASCII.lineFeed
            if octet != ASCII.tab, !isFold { return true }
        }
        return false
    }

    // MARK: Lines that are From for others

    /// Whether From stands at the start of a line that is no field, behind a bare carriage return, or behind what ended the
    /// header too early.
    private var hasHiddenFrom: Bool {
        let record = tree.parts[0]
        return tree.sources[0].withUnsafeBytes { bytes in
            var position = 0
            for place in record.fields {
                let start = tree.fields[place].name.lowerBound
                // Of most messages every line is part of a field.
                if position < start, Self.hasFrom(bytes, inLinesOf: position..<start) { return true }
                position = tree.fields[place].end
            }
            if Self.hasFrom(bytes, inLinesOf: position..<Self.apparentEnd(of: record, bytes)) { return true }
            return Self.hasFromBehindReturn(bytes.part(0..<record.header.upperBound))
        }
    }

    /// Where the header ends for readers who skip what is no field: at the next empty line that follows a line with text.
    private static func apparentEnd(of record: PartRecord, _ bytes: UnsafeRawBufferPointer) -> Int {
        guard record.headerEnd == .text || record.fields.isEmpty else { return record.header.upperBound }
        var position = record.header.upperBound
        var hasText = !record.fields.isEmpty
        while let feed = bytes.firstOffset(of: ASCII.lineFeed, from: position) {
            if bytes.part(position..<feed).trimmed.isEmpty {
                if hasText { return position }
            } else {
                hasText = true
            }
            position = feed + 1
        }
        return bytes.count
    }

    private static func hasFrom(_ bytes: UnsafeRawBufferPointer, inLinesOf range: Range<Int>) -> Bool {
        let lines = bytes.part(0..<range.upperBound)
        var position = range.lowerBound
        while position < range.upperBound {
            if startsWithFrom(lines, at: position) { return true }
            guard let feed = lines.firstOffset(of: ASCII.lineFeed, from: position) else { return false }
            position = feed + 1
        }
        return false
    }

    private static func hasFromBehindReturn(_ header: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while true {
            position = sluice_find_bare_return(header.baseAddress, header.count, position) + 1
            guard position < header.count else { return false }
            if startsWithFrom(header, at: position) { return true }
        }
    }

    /// Whether `From:` stands there, also with blanks, controls and what is not ASCII, such as a byte order mark, before,
    /// between and behind its letters.
    ///
    /// A line end before the first letter is another line's start, so that no octet is passed over twice.
    private static func startsWithFrom(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        func isPassedOver(_ octet: UInt8, inLine: Bool) -> Bool {
            if inLine, octet == ASCII.carriageReturn || octet == ASCII.lineFeed { return false }
            return octet <= ASCII.space || octet >= 0x7F
        }
        var position = start
        for (letter, wanted) in "from:".utf8.enumerated() {
            while position < bytes.count, isPassedOver(bytes[position], inLine: letter == 0) { position += 1 }
            guard position < bytes.count, ASCII.lowercased(bytes[position]) == wanted else { return false }
            position += 1
        }
        return true
    }
}
