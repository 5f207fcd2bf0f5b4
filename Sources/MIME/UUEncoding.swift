/// Uuencoded files: lines of a length character and groups of four, from `begin` to `end`.
enum UUEncoding {
    /// One file in a text.
    struct File: Sendable, Equatable {
        /// The name in the `begin` line.
        let name: String
        /// From the `begin` line to after the `end` line.
        let range: Range<Int>
        /// The lines between them.
        let body: Range<Int>
    }

    /// Decodes the first file in a body, or the body itself where it has no `begin` line.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        let body = firstFile(in: text)?.body ?? 0..<text.count
        var output: [UInt8] = []
        output.reserveCapacity(body.count / 4 * 3)
        forEachLine(text, from: body.lowerBound) { line in
            guard line.lowerBound < body.upperBound else { return false }
            decodeLine(text.part(line), into: &output)
            return true
        }
        return output
    }

    /// All files in a text.
    static func files(in text: UnsafeRawBufferPointer) -> [File] {
        var result: [File] = []
        var position = 0
        while position < text.count, let file = firstFile(in: text, from: position) {
            result.append(file)
            position = file.range.upperBound
        }
        return result
    }

    /// The first file in a text: a `begin` line with a mode and a name, and a line of data after it.
    static func firstFile(in text: UnsafeRawBufferPointer, from start: Int = 0) -> File? {
        guard let first = firstBegin(in: text, from: start) else { return nil }
        var begin: (line: Range<Int>, name: String, bodyStart: Int)?
        var found: File?
        forEachLine(text, from: first) { line in
            let content = text.part(line)
            if let open = begin {
                if content.equalsIgnoringCase("end") {
                    guard open.bodyStart < line.lowerBound else {
                        begin = nil
                        return true
                    }
                    found = File(
                        name: open.name, range: open.line.lowerBound..<line.upperBound,
                        body: open.bodyStart..<line.lowerBound)
                    return false
                }
                if !isData(content) { begin = nil }
            }
            if begin == nil, let name = beginName(content) {
                begin = (line, name, min(line.upperBound + 1, text.count))
            }
            return true
        }
        if let open = begin, found == nil, open.bodyStart < text.count {
            return File(name: open.name, range: open.line.lowerBound..<text.count, body: open.bodyStart..<text.count)
        }
        return found
    }

    /// The first line that starts with the word, at memory speed: few texts have one.
    private static func firstBegin(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        while let found = text.firstOffset(of: "begin ", from: position) {
            if found == start || text[found - 1] == ASCII.lineFeed { return found }
            position = found + 1
        }
        return nil
    }

    /// Whether a line may be data: its length character agrees with its length, within what transport adds or trims.
    private static func isData(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let first = line.first else { return true }
        guard first >= 0x20, first <= 0x60 else { return false }
        let groups = (Int((first - 0x20) & 0x3F) + 2) / 3
        return line.count - 1 <= groups * 4 + 2
    }

    private static func beginName(_ line: UnsafeRawBufferPointer) -> String? {
        guard line.hasPrefixIgnoringCase("begin "), line.count > 10, line[0] == 0x62 else { return nil }
        var position = 6
        while position < line.count, line[position] >= 0x30, line[position] <= 0x37 { position += 1 }
        guard position >= 9, position <= 10, position < line.count, line[position] == ASCII.space else { return nil }
        return FieldText.decode(line.part(position..<line.count))
    }

    private static func decodeLine(_ line: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard let first = line.first, first >= 0x20, first <= 0x60 else { return }
        var remaining = Int((first - 0x20) & 0x3F)
        var position = 1
        while remaining > 0, position < line.count {
            var group: UInt32 = 0
            for digit in 0..<4 {
                let octet = position + digit < line.count ? line[position + digit] : ASCII.space
                group = group << 6 | UInt32((octet &- 0x20) & 0x3F)
            }
            for octet in 0..<min(remaining, 3) {
                output.append(UInt8(truncatingIfNeeded: group >> (16 - 8 * UInt32(octet))))
            }
            remaining -= 3
            position += 4
        }
    }

    /// Calls `body` with each line, without its end, until it returns `false`.
    private static func forEachLine(
        _ text: UnsafeRawBufferPointer, from start: Int, _ body: (Range<Int>) -> Bool
    ) {
        var position = start
        while position < text.count {
            let feed = text.firstOffset(of: ASCII.lineFeed, from: position) ?? text.count
            var end = feed
            if end > position, text[end - 1] == ASCII.carriageReturn { end -= 1 }
            guard body(position..<end) else { return }
            position = feed + 1
        }
    }
}
