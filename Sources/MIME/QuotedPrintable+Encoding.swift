extension QuotedPrintable {
    /// Longest line with its soft break (RFC 2045, section 6.7).
    private static let lineLength = 76

    /// Encodes a text; line feeds, with or without a carriage return, become CRLF.
    ///
    /// No line can be a delimiter whose boundary holds `=_`: an equals sign is always written as `=3D`.
    static func encode(_ text: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        let input = Array(text.utf8)
        var output: [UInt8] = []
        var column = 0
        for (index, octet) in input.enumerated() {
            let next = index + 1 < input.count ? input[index + 1] : nil
            if octet == ASCII.carriageReturn, next == ASCII.lineFeed { continue }
            if octet == ASCII.lineFeed {
                output += [ASCII.carriageReturn, ASCII.lineFeed]
                column = 0
                continue
            }
            let endsLine = next == nil || next == ASCII.lineFeed || next == ASCII.carriageReturn
            let isBlank = octet == ASCII.space || octet == ASCII.tab
            let isPlain = octet > ASCII.space && octet < 0x7F && octet != ASCII.equals || isBlank && !endsLine
            if column + (isPlain ? 1 : 3) >= lineLength {
                output += [ASCII.equals, ASCII.carriageReturn, ASCII.lineFeed]
                column = 0
            }
            output += isPlain ? [octet] : [ASCII.equals, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            column += isPlain ? 1 : 3
        }
        return output
    }
}
