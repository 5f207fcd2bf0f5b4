/// How much a message may be changed on its way before its signature breaks (RFC 6376, section 3.4).
package enum Canonicalization: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case simple
    /// White space may change, lines may be folded anew, names may change their case.
    case relaxed

    /// Appends a field's form for the hash; a field without a line end stays without one.
    package func append(_ field: some Collection<UInt8>, to output: inout [UInt8]) {
        switch self {
        case .simple: output.append(contentsOf: field)
        case .relaxed: Self.appendRelaxed(field, to: &output)
        }
    }

    /// RFC 6376, section 3.4.2.
    private static func appendRelaxed(_ field: some Collection<UInt8>, to output: inout [UInt8]) {
        let colon = field.firstIndex(of: UInt8(ascii: ":")) ?? field.endIndex
        for octet in field[..<colon] where !octet.isWhiteSpace { output.append(octet.lowered) }
        guard colon < field.endIndex else { return }
        output.append(UInt8(ascii: ":"))
        let valueStart = output.count
        var isSpaceDue = false
        var endsLine = false
        for octet in field[field.index(after: colon)...] {
            endsLine = octet == 0x0A
            // Unfolding drops line ends; the blank behind them stays.
            if octet == 0x0D || octet == 0x0A { continue }
            if octet.isBlank {
                isSpaceDue = true
                continue
            }
            if isSpaceDue, output.count > valueStart { output.append(0x20) }
            isSpaceDue = false
            output.append(octet)
        }
        if endsLine { output.append(contentsOf: [0x0D, 0x0A]) }
    }
}

extension Canonicalization {
    /// Header and body, from the tag `c` (RFC 6376, section 3.5): `simple/simple` if missing, the body `simple` if unsaid.
    ///
    /// - Throws: ``Rejection`` for a word that is neither.
    package static func pair(_ text: String?) throws(Rejection) -> (header: Canonicalization, body: Canonicalization) {
        guard let text else { return (.simple, .simple) }
        let words = text.lowercased()
        let slash = words.utf8.firstIndex(of: UInt8(ascii: "/"))
        guard let header = Canonicalization(rawValue: String(words[..<(slash ?? words.endIndex)])),
            let body = slash.map({ Canonicalization(rawValue: String(words[words.utf8.index(after: $0)...])) })
                ?? .simple
        else { throw Rejection(.neutral, "tag c is not simple or relaxed") }
        return (header, body)
    }
}
