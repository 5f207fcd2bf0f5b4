/// The beginning of a mail's text, as lists of mail show it.
enum Preview {
    /// Long enough for two lines of a list.
    static let length = 200
    /// How much text is looked at; a mail that begins with more white space has no preview.
    static let lookahead = 2_000

    /// The first words, with every run of white space and control characters as one space.
    static func beginning(of text: String) -> String {
        var preview: [UInt8] = []
        preview.reserveCapacity(2 * length)
        var pendingSpace = false
        var taken = 0
        var seen = 0
        for scalar in text.unicodeScalars {
            seen += 1
            if seen > lookahead { break }
            if isSpace(scalar) {
                pendingSpace = !preview.isEmpty
                continue
            }
            if pendingSpace {
                preview.append(0x20)
                taken += 1
            }
            pendingSpace = false
            preview.append(contentsOf: scalar.utf8)
            taken += 1
            if taken >= length { break }
        }
        return String(decoding: preview, as: UTF8.self)
    }

    /// Asks Unicode's tables, about what is not ASCII only: they cost far more than a comparison.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.value <= 0x20 || scalar.value == 0x7F : scalar.properties.isWhitespace
    }
}
