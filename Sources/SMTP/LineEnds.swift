/// Makes every bare CR and LF of octets that come in pieces into CRLF.
///
/// It is for text that comes in chunks (RFC 3030); what DATA brings goes through ``DataDecoder``.
package struct LineEnds {
    /// Whether a CR or an LF stood alone.
    package private(set) var hasBareNewline = false
    /// Whether the last octet was a CR that is not stored yet.
    private var hasOpenReturn = false

    /// Nothing read yet.
    package init() {}

    /// Moves octets into the buffer.
    package mutating func decode(_ input: UnsafeRawBufferPointer, into buffer: inout MessageBuffer) {
        var position = 0
        if hasOpenReturn, let first = input.first {
            hasOpenReturn = false
            if first == 0x0A {
                position = 1
            } else {
                hasBareNewline = true
            }
            buffer.append(Self.lineEnd)
        }
        while position < input.count {
            let feed = input.firstIndex(of: 0x0A, from: position)
            decodeLine(UnsafeRawBufferPointer(rebasing: input[position..<feed]), isEnded: feed < input.count, &buffer)
            position = feed + 1
        }
    }

    /// Says that nothing more comes.
    package mutating func finish(into buffer: inout MessageBuffer) {
        guard hasOpenReturn else { return }
        hasOpenReturn = false
        hasBareNewline = true
        buffer.append(Self.lineEnd)
    }

    /// Stores what stands before an LF, or the last octets, which no LF ends.
    private mutating func decodeLine(
        _ line: UnsafeRawBufferPointer, isEnded: Bool, _ buffer: inout MessageBuffer
    ) {
        var start = 0
        while start < line.count {
            let found = line.firstIndex(of: 0x0D, from: start)
            buffer.append(UnsafeRawBufferPointer(rebasing: line[start..<found]))
            guard found < line.count else { break }
            if found == line.count - 1 {
                if isEnded { return buffer.append(Self.lineEnd) }
                hasOpenReturn = true
                return
            }
            hasBareNewline = true
            buffer.append(Self.lineEnd)
            start = found + 1
        }
        guard isEnded else { return }
        hasBareNewline = true
        buffer.append(Self.lineEnd)
    }

    /// CR and LF.
    ///
    /// The memory is a literal's: it is never written and lives as long as the process.
    nonisolated(unsafe) static let lineEnd = {
        let text: StaticString = "\r\n"
        return UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }()
}
