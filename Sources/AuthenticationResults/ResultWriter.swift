import Bytes

/// Writes results so that no text of a stranger can end a value, a field or a line.
package struct ResultWriter {
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
    private static let (semicolon, equals) = (UInt8(ascii: ";"), UInt8(ascii: "="))

    private let layout: Layout
    private var octets: [UInt8] = []
    private var lineStart = 0
    /// Whether a semicolon stands before the next result.
    private var needsSemicolon = false

    init(_ layout: Layout) {
        self.layout = layout
        octets.reserveCapacity(Self.usualLength)
    }

    /// What has been written.
    var text: String { String(decoding: octets, as: UTF8.self) }

    /// A line that `write` writes.
    package static func line(_ write: (inout ResultWriter) -> Void) -> String {
        var writer = ResultWriter(.line)
        write(&writer)
        return writer.text
    }

    /// Writes octets that need no care.
    mutating func write(_ text: String) { octets.append(upTo: text.utf8.count) { $0.put(text) } }

    /// Writes who checked; results follow behind a semicolon.
    mutating func write(service: String) {
        Self.withClean(service) { service, kinds in
            octets.append(upTo: Self.room(of: service)) {
                Self.put(service, isAsItIs: kinds.makeToken(service), to: &$0)
            }
        }
        needsSemicolon = true
    }

    /// Writes results with semicolons between them; a fold may stand between two words of each.
    mutating func write(_ results: [MethodResult]) {
        for result in results {
            begin(result.method, version: result.version, result.result)
            add(reason: result.reason)
            for property in result.properties { add(property.type, property.name, property.value) }
        }
    }

    /// Writes the results of a report behind others, see ``ReportScanner``; false, and nothing, where it is not as we
    /// write it.
    mutating func write(report: String) -> Bool {
        var report = report
        let before = (length: octets.count, lineStart: lineStart)
        let isOurs = report.withUTF8 { text in
            OctetKinds.withTable { kinds in
                var scanner = ReportScanner(text, kinds)
                return scanner.forEachWord { word, startsResult in
                    if startsResult { octets.append(Self.semicolon) }
                    separate(wordOf: word.count, startsLine: startsResult)
                    octets.append(contentsOf: word)
                }
            }
        }
        guard isOurs else {
            octets.removeSubrange(before.length...)
            lineStart = before.lineStart
            return false
        }
        return true
    }

    /// Begins a method's result, behind those that were written before; method and result must be keywords.
    package mutating func begin(_ method: String, version: Int = 1, _ result: String) {
        if needsSemicolon { octets.append(Self.semicolon) }
        needsSemicolon = true
        let version = version == 1 ? "" : "/\(version)"
        writeWord(room: method.utf8.count + version.utf8.count + 1 + result.utf8.count, startsLine: true) { word in
            word.put(method)
            word.put(version)
            word.put(Self.equals)
            word.put(result)
        }
    }

    /// Writes why the result is so; nothing if that is empty.
    package mutating func add(reason: String) {
        guard !reason.isEmpty else { return }
        Self.withClean(reason) { reason, kinds in
            writeWord(room: 7 + Self.room(of: reason)) { word in
                word.put("reason=" as StaticString)
                Self.put(reason, isAsItIs: kinds.makeToken(reason), to: &word)
            }
        }
    }

    /// Writes what the method looked at, such as `smtp.mailfrom=example.com`; type and name must be keywords.
    package mutating func add(_ type: String, _ name: String, _ value: String) {
        Self.withClean(value) { value, kinds in
            writeWord(room: type.utf8.count + name.utf8.count + 2 + Self.room(of: value)) { word in
                word.put(type)
                word.put(UInt8(ascii: "."))
                word.put(name)
                word.put(Self.equals)
                Self.put(value, isAsItIs: kinds.makeTokenOrMailbox(value), to: &word)
            }
        }
    }

    /// Writes what separates a word of a length from the one before it.
    private mutating func separate(wordOf length: Int, startsLine: Bool) {
        guard isFold(octets.count, before: length, startsLine) else { return octets.append(UInt8(ascii: " ")) }
        lineStart = octets.count + 2
        octets.append(contentsOf: Self.fold.utf8)
    }

    /// Writes a word of at most so many octets, and what separates it from the one before it; for a fold its length must
    /// be known.
    private mutating func writeWord(room: Int, startsLine: Bool = false, _ write: (inout OctetCursor) -> Void) {
        let start = octets.count
        octets.append(upTo: room + 1) { word in
            if start > 0 { word.put(UInt8(ascii: " ")) }
            write(&word)
        }
        guard start > 0, isFold(start, before: octets.count - start - 1, startsLine) else { return }
        octets.replaceSubrange(start..<start + 1, with: Self.fold.utf8)
        lineStart = start + 2
    }

    /// Whether a fold is due before a word of a length.
    private func isFold(_ start: Int, before length: Int, _ startsLine: Bool) -> Bool {
        layout == .folded && (startsLine || start - lineStart + 1 + length >= Self.lineLength)
    }

    /// The most octets that a value takes: quoted, and each octet with a backslash before it.
    private static func room(of value: UnsafeBufferPointer<UInt8>) -> Int { 2 * value.count + 2 }

    /// Writes a value as it is, or as a quoted string (RFC 8601, section 2.2: `value`, `pvalue`).
    private static func put(_ text: UnsafeBufferPointer<UInt8>, isAsItIs: Bool, to word: inout OctetCursor) {
        if isAsItIs { return word.put(text) }
        let quote = UInt8(ascii: "\"")
        word.put(quote)
        for octet in text {
            if octet == quote || octet == UInt8(ascii: "\\") { word.put(UInt8(ascii: "\\")) }
            word.put(octet)
        }
        word.put(quote)
    }

    /// Calls `body` with a text as it may be written, and what all its octets may be part of.
    private static func withClean(
        _ text: String, _ body: (_ text: UnsafeBufferPointer<UInt8>, _ kinds: OctetKinds) -> Void
    ) {
        var text = text
        // Nearly all texts can be written as they are.
        let isClean = text.withUTF8 { text in
            guard text.count <= maximumValue else { return false }
            let kinds = OctetKinds(commonTo: text)
            guard kinds.contains(.clean) else { return false }
            body(text, kinds)
            return true
        }
        guard !isClean else { return }
        var cleaned = clean(text)
        cleaned.withUTF8 { body($0, OctetKinds(commonTo: $0)) }
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
}
