import CBytes

/// How much a message may be changed on its way before its signature breaks (RFC 6376, section 3.4).
package enum Canonicalization: String, Sendable, Hashable, CaseIterable {
    /// Not at all.
    case simple
    /// White space may change, lines may be folded anew, names may change their case.
    case relaxed

    /// Appends a field's form for the hash; a field without a line end stays without one.
    package func append(_ field: ArraySlice<UInt8>, to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: field.count + 2) { form in
            output.append(contentsOf: form[..<write(field, to: form)])
        }
    }

    /// Writes a field's form for the hash, which has at most two octets more than the field; returns how many it has.
    func write(_ field: ArraySlice<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        field.withUnsafeBufferPointer { field in
            switch self {
            case .simple: output.update(fromContentsOf: field)
            case .relaxed: Self.writeRelaxed(field, to: output)
            }
        }
    }

    /// RFC 6376, section 3.4.2.
    private static func writeRelaxed(
        _ field: UnsafeBufferPointer<UInt8>, to output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        let colon = field.firstIndex(of: UInt8(ascii: ":")) ?? field.count
        var filled = 0
        func write(_ octet: UInt8) {
            output[filled] = octet
            filled += 1
        }
        for octet in field[..<colon] where !octet.isWhiteSpace { write(octet.lowered) }
        guard colon < field.count else { return filled }
        write(UInt8(ascii: ":"))
        let value = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(field)[(colon + 1)...])
        filled += sluice_unfold_blanks(value.baseAddress, value.count, output.baseAddress.map { $0 + filled })
        if colon + 1 < field.count, field.last == 0x0A {
            write(0x0D)
            write(0x0A)
        }
        return filled
    }
}

extension Canonicalization {
    /// Header and body, from the tag `c` (RFC 6376, section 3.5): `simple/simple` if missing, the body `simple` if unsaid.
    ///
    /// - Throws: ``Rejection`` for a word that is neither.
    package static func pair(
        _ tags: TagList
    ) throws(Rejection) -> (header: Canonicalization, body: Canonicalization) {
        guard let words = tags.value("c") else { return (.simple, .simple) }
        let slash = words.firstIndex(of: UInt8(ascii: "/"))
        guard let header = Canonicalization(word: words[..<(slash ?? words.endIndex)]),
            let body = slash.map({ Canonicalization(word: words[($0 + 1)...]) }) ?? .simple
        else { throw Rejection(.neutral, "tag c is not simple or relaxed") }
        return (header, body)
    }

    private init?(word: ArraySlice<UInt8>) {
        if word.isTextIgnoringCase("relaxed") {
            self = .relaxed
        } else if word.isTextIgnoringCase("simple") {
            self = .simple
        } else {
            return nil
        }
    }
}
