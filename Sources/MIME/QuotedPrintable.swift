/// Quoted-printable (RFC 2045, section 6.7), also damaged: what is no escape is kept as it stands.
enum QuotedPrintable {
    /// Decodes a body; blanks at line ends were added in transport and are dropped, line ends stay as they are.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var firstError: Int?
        return decode(text, firstError: &firstError)
    }

    /// Decodes a body and says where the first bad escape stands.
    static func decode(_ text: UnsafeRawBufferPointer, firstError: inout Int?) -> [UInt8] {
        guard !text.isEmpty else { return [] }
        var error: Int?
        let result = [UInt8](unsafeUninitializedCapacity: text.count) { output, count in
            let target = UnsafeMutableRawBufferPointer(output)
            var position = 0
            while position < text.count {
                let feed = text.firstOffset(of: ASCII.lineFeed, from: position)
                decodeLine(text, position..<(feed ?? text.count), hasFeed: feed != nil, target, &count, &error)
                position = feed.map { $0 + 1 } ?? text.count
            }
        }
        firstError = error
        return result
    }

    private static func decodeLine(
        _ text: UnsafeRawBufferPointer, _ line: Range<Int>, hasFeed: Bool, _ output: UnsafeMutableRawBufferPointer,
        _ written: inout Int, _ firstError: inout Int?
    ) {
        var end = line.upperBound
        let hasReturn = hasFeed && end > line.lowerBound && text[end - 1] == ASCII.carriageReturn
        while end > line.lowerBound, ASCII.isBlank(text[end - 1]) { end -= 1 }
        // A body may end in a soft break or in blanks that a later octet would have kept; both go.
        let isSoft = end > line.lowerBound && text[end - 1] == ASCII.equals
        decodeRun(text, line.lowerBound..<(isSoft ? end - 1 : end), output, &written, &firstError)
        guard hasFeed, !isSoft else { return }
        if hasReturn {
            output[written] = ASCII.carriageReturn
            written += 1
        }
        output[written] = ASCII.lineFeed
        written += 1
    }

    private static func decodeRun(
        _ text: UnsafeRawBufferPointer, _ range: Range<Int>, _ output: UnsafeMutableRawBufferPointer,
        _ written: inout Int, _ firstError: inout Int?
    ) {
        var position = range.lowerBound
        let line = text.part(0..<range.upperBound)
        while position < range.upperBound {
            let escape = line.firstOffset(of: ASCII.equals, from: position) ?? range.upperBound
            let literal = line.part(position..<escape)
            UnsafeMutableRawBufferPointer(rebasing: output[written...]).copyMemory(from: literal)
            written += literal.count
            position = escape
            guard position < range.upperBound else { return }
            if position + 2 < range.upperBound, let high = ASCII.hexValue(line[position + 1]),
                let low = ASCII.hexValue(line[position + 2])
            {
                output[written] = high << 4 | low
                position += 3
            } else {
                firstError = firstError ?? position
                output[written] = ASCII.equals
                position += 1
            }
            written += 1
        }
    }
}
