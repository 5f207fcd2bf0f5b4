/// The grammar of names in mechanisms and modifiers (RFC 7208, section 7.1: `domain-spec`).
enum DomainSpec {
    /// Parses a name: a macro string that ends in a macro or in a dot and a top label.
    static func parse(_ octets: ArraySlice<UInt8>) throws(RecordError) -> MacroString {
        guard !octets.isEmpty else { throw RecordError("domain name is missing") }
        let name = try MacroParser.parse(octets, for: .domain)
        guard endsInMacro(octets) || endsInTopLabel(octets) else {
            throw RecordError("domain name ends neither in a macro nor in a top-level name")
        }
        return name
    }

    /// Whether the last thing is `%{…}`, `%%`, `%_` or `%-`; `octets` must be a valid macro string.
    private static func endsInMacro(_ octets: ArraySlice<UInt8>) -> Bool {
        var position = octets.startIndex
        var isMacro = false
        while position < octets.endIndex {
            isMacro = octets[position] == UInt8(ascii: "%")
            guard isMacro else {
                position += 1
                continue
            }
            let isBraced = octets[position + 1] == UInt8(ascii: "{")
            let close = isBraced ? octets[position...].firstIndex(of: UInt8(ascii: "}")) : position + 1
            position = (close ?? octets.endIndex) + 1
        }
        return isMacro
    }

    private static func endsInTopLabel(_ octets: ArraySlice<UInt8>) -> Bool {
        let name = octets.last == UInt8(ascii: ".") ? octets.dropLast() : octets
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let label = name[(dot + 1)...]
        guard let first = label.first, let last = label.last else { return false }
        return RecordParser.isAlphanumeric(first) && RecordParser.isAlphanumeric(last)
            && label.allSatisfy { RecordParser.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            && !label.allSatisfy { (0x30...0x39).contains($0) }
    }
}
