/// Takes apart a report that is written just as ``ResultWriter`` writes results on one line.
///
/// Our own checks write no other, so that their words are told apart and copied without a value being unquoted and
/// quoted again.
struct ReportScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private let kinds: UnsafeBufferPointer<OctetKinds>
    private var position = 0

    /// A scanner of some text, with the kinds of all octets (``OctetKinds/withTable(_:)``).
    init(_ text: UnsafeBufferPointer<UInt8>, _ kinds: UnsafeBufferPointer<OctetKinds>) {
        self.text = text
        self.kinds = kinds
    }

    /// Calls `body` with each word, and whether it begins a result.
    ///
    /// - Returns: false at the first word that is not as we write it, or has something else before it.
    mutating func forEachWord(_ body: (_ word: UnsafeBufferPointer<UInt8>, _ startsResult: Bool) -> Void) -> Bool {
        guard text.count <= ResultReader.maximumLength else { return false }
        var startsResult = true
        var results = 0
        while true {
            let start = position
            if startsResult { results += 1 }
            guard results <= ResultReader.maximumResults, skipWord(startsResult) else { return false }
            body(.init(rebasing: text[start..<position]), startsResult)
            guard let octet = peek else { return true }
            startsResult = octet == UInt8(ascii: ";")
            if startsResult { position += 1 }
            guard take(UInt8(ascii: " ")) else { return false }
        }
    }

    /// `method=result`, `reason=value` or `type.name=value`.
    private mutating func skipWord(_ startsResult: Bool) -> Bool {
        guard let keyword = skipKeyword() else { return false }
        if startsResult { return take(UInt8(ascii: "=")) && skipKeyword() != nil }
        if take(UInt8(ascii: ".")) {
            guard skipKeyword() != nil else { return false }
        } else if !keyword.elementsEqual("reason".utf8) {
            return false
        }
        return take(UInt8(ascii: "=")) && skipValue()
    }

    private mutating func skipKeyword() -> UnsafeBufferPointer<UInt8>? {
        let start = position
        while position < text.count, kinds[Int(text[position])].contains(.keyword) { position += 1 }
        return position > start ? UnsafeBufferPointer(rebasing: text[start..<position]) : nil
    }

    /// A quoted string, a token or a mailbox, of a length that we write.
    private mutating func skipValue() -> Bool {
        let start = position
        if take(UInt8(ascii: "\"")) {
            while let octet = peek, octet != UInt8(ascii: "\""), octet >= 0x20, octet != 0x7F {
                position += 1
                if octet == UInt8(ascii: "\\"), !take(UInt8(ascii: "\"")), !take(octet) { return false }
            }
            // Each character may have a backslash before it.
            return take(UInt8(ascii: "\"")) && position - start <= 2 * ResultWriter.maximumValue + 2
        }
        var common = OctetKinds(rawValue: .max)
        while position < text.count, text[position] > 0x20, text[position] != UInt8(ascii: ";") {
            common.formIntersection(kinds[Int(text[position])])
            position += 1
        }
        return position - start <= ResultWriter.maximumValue
            && common.makeTokenOrMailbox(UnsafeBufferPointer(rebasing: text[start..<position]))
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        position += 1
        return true
    }
}
