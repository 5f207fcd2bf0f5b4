import Bytes

/// Writes results so that no text of a stranger can end a value, a field or a line.
struct ResultWriter {
    /// How words follow each other.
    enum Layout {
        /// All on one line.
        case line
        /// A line for each result, or several where it is long.
        case folded
    }

    /// The most octets of one text that are written; a mailbox has at most 320 (RFC 5321, section 4.5.3.1), and a line
    /// at most 998 (RFC 5322, section 2.1.1).
    static let maximumValue = 400
    /// Where lines are folded (RFC 5322, section 2.1.1).
    static let lineLength = 78
    /// More than most fields have.
    private static let usualLength = 512
    private static let fold = "\r\n    "

    private let layout: Layout
    private var octets: [UInt8] = []
    private var lineStart = 0

    init(_ layout: Layout) {
        self.layout = layout
        octets.reserveCapacity(Self.usualLength)
    }

    /// What has been written.
    var text: String { String(decoding: octets, as: UTF8.self) }

    /// Writes octets that need no care.
    mutating func write(_ text: String) { octets.append(upTo: text.utf8.count) { $0.put(text) } }

    /// Writes results with semicolons between them; a fold may stand between two words of each.
    mutating func write(_ results: [MethodResult]) {
        for (number, result) in results.enumerated() {
            if number > 0 { octets.append(UInt8(ascii: ";")) }
            write(result)
        }
    }

    /// Writes the results of a report behind others, see ``ReportScanner``; false, and nothing, where it is not as we
    /// write it.
    mutating func write(report: String) -> Bool {
        var report = report
        let before = (length: octets.count, lineStart: lineStart)
        let isOurs = report.withUTF8 { text in
            var scanner = ReportScanner(text)
            return scanner.forEachWord { word, startsResult in
                if startsResult { octets.append(UInt8(ascii: ";")) }
                separate(wordOf: word.count, startsLine: startsResult)
                octets.append(contentsOf: word)
            }
        }
        guard isOurs else {
            octets.removeSubrange(before.length...)
            lineStart = before.lineStart
            return false
        }
        return true
    }

    /// Writes one result; a fold may stand between two of its words.
    mutating func write(_ result: MethodResult) {
        writeWord(startsLine: true) { writer in
            writer.write(result.method)
            if result.version != 1 { writer.write("/\(result.version)") }
            writer.octets.append(UInt8(ascii: "="))
            writer.write(result.result)
        }
        if !result.reason.isEmpty {
            writeWord { writer in
                writer.write("reason=")
                writer.write(value: result.reason)
            }
        }
        for property in result.properties {
            writeWord { writer in
                writer.write(property.type)
                writer.octets.append(UInt8(ascii: "."))
                writer.write(property.name)
                writer.octets.append(UInt8(ascii: "="))
                writer.write(propertyValue: property.value)
            }
        }
    }

    /// Writes what separates a word of a length from the one before it.
    private mutating func separate(wordOf length: Int, startsLine: Bool) {
        guard isFold(octets.count, before: length, startsLine) else { return octets.append(UInt8(ascii: " ")) }
        lineStart = octets.count + 2
        octets.append(contentsOf: Self.fold.utf8)
    }

    /// Writes a word, and what separates it from the one before it; for a fold its length must be known.
    private mutating func writeWord(startsLine: Bool = false, _ write: (inout ResultWriter) -> Void) {
        let start = octets.count
        if start > 0 { octets.append(UInt8(ascii: " ")) }
        write(&self)
        guard start > 0, isFold(start, before: octets.count - start - 1, startsLine) else { return }
        octets.replaceSubrange(start..<start + 1, with: Self.fold.utf8)
        lineStart = start + 2
    }

    /// Whether a fold is due before a word of a length.
    private func isFold(_ start: Int, before length: Int, _ startsLine: Bool) -> Bool {
        layout == .folded && (startsLine || start - lineStart + 1 + length >= Self.lineLength)
    }

    /// Writes a token as it is, anything else as a quoted string (RFC 8601, section 2.2: `value`).
    mutating func write(value text: String) { write(text, isAsItIs: Self.isToken) }

    /// Writes a value, or a mailbox or domain as it is (RFC 8601, section 2.2: `pvalue`).
    private mutating func write(propertyValue text: String) {
        write(text, isAsItIs: Self.isTokenOrMailbox)
    }

    private mutating func write(_ text: String, isAsItIs: (UnsafeBufferPointer<UInt8>) -> Bool) {
        let isWritten = text.utf8.withContiguousStorageIfAvailable { text in
            // Nearly all texts are.
            guard Self.isClean(text) else { return false }
            if isAsItIs(text) { octets.append(contentsOf: text) } else { writeQuoted(text) }
            return true
        }
        if isWritten != true { write(Self.clean(text), isAsItIs: isAsItIs) }
    }

    private mutating func writeQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        let quote = UInt8(ascii: "\"")
        octets.append(quote)
        var start = 0
        for position in 0..<text.count where text[position] == quote || text[position] == UInt8(ascii: "\\") {
            octets.append(contentsOf: text[start..<position])
            octets.append(UInt8(ascii: "\\"))
            start = position
        }
        octets.append(contentsOf: text[start...])
        octets.append(quote)
    }

    /// Whether a text can be written without a change.
    private static func isClean(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count <= maximumValue && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// A text without control characters, cut at the end of a character.
    private static func clean(_ text: String) -> String {
        var octets = text.utf8.prefix(maximumValue).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        if text.utf8.count > maximumValue {
            while let last = octets.last, last & 0xC0 == 0x80 { octets.removeLast() }
            if let last = octets.last, last >= 0xC0 { octets.removeLast() }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Whether this is a MIME token (RFC 2045, section 5.1).
    static func isToken(_ text: some Collection<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(isTokenOctet) }

    /// Whether this is a MIME token, or a mailbox of dot-atoms, of which the local part may be missing.
    static func isTokenOrMailbox(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var isToken = !text.isEmpty
        var domain: Int?
        for (place, octet) in text.enumerated() where !isAlphanumeric(octet) {
            if octet == UInt8(ascii: "@") {
                guard domain == nil else { return false }
                domain = place + 1
            } else {
                // Each octet of a token may stand in a dot-atom, too.
                guard isAtomOctetOrDot(octet) else { return false }
                isToken = isToken && isTokenOctet(octet)
            }
        }
        guard let domain else { return isToken }
        let dot = UInt8(ascii: ".")
        return text[0] != dot && domain < text.count && text[domain] != dot
    }

    /// Visible ASCII but `"(),/:;<=>?@[\]`.
    private static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x22, 0x28, 0x29, 0x2C, 0x2F, 0x3A...0x40, 0x5B...0x5D: false
        default: (0x21...0x7E).contains(octet)
        }
    }

    /// Letters, digits, and ``.!#$%&'*+-/=?^_`{|}~`` (RFC 5322, section 3.2.3).
    private static func isAtomOctetOrDot(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D...0x39, 0x3D, 0x3F, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }

    static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF)
    }

    /// A character of our keywords: methods, results, types and names have lower-case letters, digits, `-` and `_`.
    static func isKeyword(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x2D, 0x30...0x39, 0x5F, 0x61...0x7A: true
        default: false
        }
    }
}
