import Bytes

/// The beginning of a mail's text in lower case, in which rules look for theirs.
struct LoweredText {
    /// How much of the text is looked at: spam says what it wants early, and the work stays bounded.
    static let limit = 65_536

    private let octets: [UInt8]

    /// The beginning of a text.
    ///
    /// What is ASCII costs no look into Unicode's tables, whatever stands beside it.
    init(beginningOf text: String) {
        let beginning = text.utf8.prefix(Self.limit)
        octets =
            beginning.withContiguousStorageIfAvailable(Self.lowercased)
            ?? Array(beginning).withUnsafeBufferPointer(Self.lowercased)
    }

    /// Whether a text stands somewhere in it.
    func contains(_ pattern: OctetPattern) -> Bool {
        octets.withUnsafeBytes(pattern.occurs)
    }

    private static func lowercased(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var lowered: [UInt8] = []
        lowered.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            let others = text[position...].firstIndex { $0 >= 0x80 } ?? text.count
            for octet in text[position..<others] { lowered.append(octet &- 0x41 < 26 ? octet | 0x20 : octet) }
            position = text[others...].firstIndex { $0 < 0x80 } ?? text.count
            guard others < position else { continue }
            lowered.append(contentsOf: String(decoding: text[others..<position], as: UTF8.self).lowercased().utf8)
        }
        return lowered
    }
}
