/// Reads the grammar of RFC 8601, section 2.2: strict about words, tolerant of what writers are known to get wrong.
///
/// Tolerated are properties without a type (`action=none`), which are left out; values that are neither tokens nor
/// quoted, such as base64; empty values; a reason in another place; semicolons too many.
struct ResultReader {
    /// The most octets of a field that are read: as many as the headers of most messages have in all.
    static let maximumLength = 65_536
    /// The most results of one field; there are fewer than ten methods, and one result for each signature.
    static let maximumResults = 200
    /// The most properties of one result.
    static let maximumProperties = 50

    private let octets: [UInt8]
    private var position = 0

    init(_ octets: some Sequence<UInt8>) {
        let limit = ResultReader.maximumLength
        // What lies in one piece, as nearly everything does, is copied as one.
        self.octets =
            octets.withContiguousStorageIfAvailable { Array($0.prefix(limit)) } ?? Array(octets.prefix(limit))
    }

    /// The name before the first semicolon: a token or a quoted string, or what stands in the place of one.
    mutating func readService() -> String? {
        skipBlanks()
        let service = readValue()
        return service.isEmpty ? nil : service
    }

    mutating func readVersion() -> Int? {
        skipBlanks()
        let start = position
        while let octet = peek, (0x30...0x39).contains(octet) { position += 1 }
        return Int(String(decoding: octets[start..<position], as: UTF8.self))
    }

    /// All results up to the end, each after its semicolon; the first may do without where `isFirst`.
    mutating func readResults(isFirst: Bool = false) -> (results: [MethodResult], unreadable: Int) {
        var results: [MethodResult] = []
        var unreadable = 0
        if !isFirst, !skipToSemicolon() { unreadable += 1 }
        while position < octets.count {
            skipBlanks()
            if peek == UInt8(ascii: ";") {
                position += 1
                continue
            }
            guard position < octets.count else { break }
            guard results.count < ResultReader.maximumResults else { return (results, unreadable + 1) }
            if let result = readResult() {
                results.append(result)
            } else if !hasNone {
                unreadable += 1
            }
            if !skipToSemicolon() { unreadable += results.isEmpty ? 0 : 1 }
        }
        return (results, unreadable)
    }

    /// Whether the last word read was the `none` of a field without results.
    private var hasNone = false

    private mutating func readResult() -> MethodResult? {
        hasNone = false
        let method = readKeyword()
        skipBlanks()
        var version = 1
        if take(UInt8(ascii: "/")) {
            guard let written = readVersion() else { return nil }
            version = written
            skipBlanks()
        }
        guard take(UInt8(ascii: "=")) else {
            hasNone = method == "none"
            return nil
        }
        skipBlanks()
        let result = readKeyword()
        guard !method.isEmpty, !result.isEmpty else { return nil }
        var found = MethodResult(method, result, version: version)
        while found.properties.count < ResultReader.maximumProperties, readProperty(into: &found) {}
        return found
    }

    /// Reads a reason or a property; false at the end of the result and where neither stands.
    private mutating func readProperty(into result: inout MethodResult) -> Bool {
        skipBlanks()
        let type = readKeyword()
        guard !type.isEmpty else { return false }
        skipBlanks()
        var name: String?
        if take(UInt8(ascii: ".")) {
            skipBlanks()
            name = readKeyword()
            skipBlanks()
        }
        guard take(UInt8(ascii: "=")) else { return false }
        skipBlanks()
        let value = readValue()
        if let name, !name.isEmpty {
            result.properties.append(ResultProperty(type, name, value))
        } else if name == nil, type == "reason", result.reason.isEmpty {
            result.reason = value
        }
        return true
    }

    /// Letters, digits, hyphens and underscores, in lower case; empty if there are none.
    private mutating func readKeyword() -> String {
        let start = position
        while let octet = peek, OctetKinds(of: octet).contains(.keyword) || (0x41...0x5A).contains(octet) {
            position += 1
        }
        return String(decoding: octets[start..<position], as: UTF8.self).lowercased()
    }

    /// A quoted string without its quotes, or everything up to a blank, a comment or a semicolon.
    private mutating func readValue() -> String {
        let start = position
        if take(UInt8(ascii: "\"")) {
            let content = readQuoted()
            // A quoted local part is part of an address and stays as it is written.
            guard peek == UInt8(ascii: "@") else { return content }
        }
        while let octet = peek, octet > 0x20, octet != UInt8(ascii: ";"), octet != UInt8(ascii: "("),
            octet != UInt8(ascii: "\"")
        {
            position += 1
        }
        return String(decoding: octets[start..<position], as: UTF8.self)
    }

    private mutating func readQuoted() -> String {
        var content: [UInt8] = []
        while let octet = peek {
            position += 1
            if octet == UInt8(ascii: "\"") { break }
            if octet == UInt8(ascii: "\\"), let next = peek {
                position += 1
                content.append(next)
            } else if octet != 0x0D, octet != 0x0A {  // a fold is no part of the text
                content.append(octet)
            }
        }
        return String(decoding: content, as: UTF8.self)
    }

    private var peek: UInt8? { position < octets.count ? octets[position] : nil }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard peek == octet else { return false }
        position += 1
        return true
    }

    /// Skips blanks, folds and comments; comments may nest (RFC 5322, section 3.2.2).
    private mutating func skipBlanks() {
        var depth = 0
        while let octet = peek {
            switch octet {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")") where depth > 0: depth -= 1
            case UInt8(ascii: "\\") where depth > 0: position = min(position + 1, octets.count - 1)
            case 0x20, 0x09, 0x0D, 0x0A: break
            default: if depth == 0 { return }
            }
            position += 1
        }
    }

    /// Skips to the next semicolon outside of quotes and comments; false if something stood before it.
    private mutating func skipToSemicolon() -> Bool {
        var isClean = true
        while true {
            skipBlanks()
            guard let octet = peek, octet != UInt8(ascii: ";") else { return isClean }
            isClean = false
            position += 1
            if octet == UInt8(ascii: "\"") { _ = readQuoted() }
        }
    }
}
