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
    mutating func write(_ text: String) { octets.append(contentsOf: text.utf8) }

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
        return report.withUTF8 { text in
            var scanner = ReportScanner(text)
            guard let words = scanner.words() else { return false }
            for word in words {
                if word.startsResult { octets.append(UInt8(ascii: ";")) }
                writeWord(startsLine: word.startsResult) { $0.octets.append(contentsOf: word.octets) }
            }
            return true
        }
    }

    private mutating func write(_ result: MethodResult) {
        writeWord(startsLine: true) { writer in
            writer.write(result.method)
            if result.version != 1 { writer.write("/\(result.version)") }
            writer.write("=")
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
                writer.write(".")
                writer.write(property.name)
                writer.write("=")
                writer.write(propertyValue: property.value)
            }
        }
    }

    /// Writes a word, and what separates it from the one before it once its length is known.
    private mutating func writeWord(startsLine: Bool = false, _ write: (inout ResultWriter) -> Void) {
        let start = octets.count
        write(&self)
        guard start > 0 else { return }
        let length = octets.count - start
        if layout == .folded, startsLine || start - lineStart + 1 + length >= Self.lineLength {
            octets.insert(contentsOf: "\r\n    ".utf8, at: start)
            lineStart = start + 2
        } else {
            octets.insert(UInt8(ascii: " "), at: start)
        }
    }

    /// Writes a token as it is, anything else as a quoted string (RFC 8601, section 2.2: `value`).
    mutating func write(value text: String) { write(clean: Self.clean(text)) }

    /// Writes a value, or a mailbox or domain as it is (RFC 8601, section 2.2: `pvalue`).
    private mutating func write(propertyValue text: String) {
        let text = Self.clean(text)
        if Self.isMailbox(text.utf8) { write(text) } else { write(clean: text) }
    }

    private mutating func write(clean text: String) {
        guard text.isEmpty || !text.utf8.allSatisfy(Self.isToken) else { return write(text) }
        let quote = UInt8(ascii: "\"")
        octets.append(quote)
        for octet in text.utf8 {
            if octet == quote || octet == UInt8(ascii: "\\") { octets.append(UInt8(ascii: "\\")) }
            octets.append(octet)
        }
        octets.append(quote)
    }

    /// A text without control characters, cut at the end of a character.
    private static func clean(_ text: String) -> String {
        // Nearly all are.
        if text.utf8.count <= maximumValue, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
        var octets = text.utf8.prefix(maximumValue).map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
        if text.utf8.count > maximumValue {
            while let last = octets.last, last & 0xC0 == 0x80 { octets.removeLast() }
            if let last = octets.last, last >= 0xC0 { octets.removeLast() }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// Whether this is a mailbox of dot-atoms, of which the local part may be missing.
    static func isMailbox(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let domain = text[text.index(after: at)...]
        return isDotAtom(text[..<at]) && !domain.isEmpty && isDotAtom(domain)
    }

    private static func isDotAtom(_ text: some Collection<UInt8>) -> Bool {
        text.first != UInt8(ascii: ".") && text.allSatisfy { classes[Int($0)] & atomOrDot != 0 }
    }

    /// A character of a MIME token (RFC 2045, section 5.1).
    static func isToken(_ octet: UInt8) -> Bool { classes[Int(octet)] & token != 0 }

    static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF)
    }

    /// A character of our keywords: methods, results, types and names.
    static func isKeyword(_ octet: UInt8) -> Bool { classes[Int(octet)] & keyword != 0 }

    private static let (token, atomOrDot, keyword) = (UInt8(1), UInt8(2), UInt8(4))

    /// What each octet may stand in; an atom has letters, digits and some more (RFC 5322, section 3.2.3).
    private static let classes = (UInt8.min...UInt8.max).map { octet -> UInt8 in
        let isTokenSpecial = (0x21...0x7E).contains(octet) && !"()<>@,;:\\\"/[]?=".utf8.contains(octet)
        let isAtomSpecial = ".-!#$%&'*+/=?^_`{|}~".utf8.contains(octet)
        return (isAlphanumeric(octet) || isTokenSpecial ? token : 0)
            | (isAlphanumeric(octet) || isAtomSpecial ? atomOrDot : 0)
            | (isAlphanumeric(octet) && !(0x41...0x5A).contains(octet) || "-_".utf8.contains(octet) ? keyword : 0)
    }
}
