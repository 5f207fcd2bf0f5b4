import Glibc

/// Reads the data of a message: takes the stuffed dots out and finds the end (RFC 5321, section 4.5.2).
///
/// The end is CRLF, a dot, CRLF, and nothing else; the CRLF before the dot may be the one that ended the DATA command.
/// Where a line begins is decided by CRLF alone, before bare CRs and LFs are made into CRLF for the store.
package struct DataDecoder {
    /// Whether a CR or an LF stood alone.
    package private(set) var hasBareNewline = false
    private var state = State.lineStart

    private enum State {
        /// Behind a CRLF.
        case lineStart
        /// Within a line.
        case text
        /// Behind a CR that is not stored yet.
        case carriageReturn
        /// Behind a dot at the start of a line; the dot is not stored.
        case dot
        /// Behind such a dot and a CR that is not stored yet.
        case dotCarriageReturn
    }

    /// A decoder at the beginning of the data.
    package init() {}

    /// Moves octets into the buffer up to the end of the data.
    ///
    /// - Returns: How many octets were read, and whether the end of the data was among them.
    package mutating func decode(
        _ input: UnsafeRawBufferPointer, into buffer: inout MessageBuffer
    ) -> (count: Int, isComplete: Bool) {
        var position = 0
        while position < input.count {
            let octet = input[position]
            switch state {
            case .lineStart where octet == dot:
                state = .dot
                position += 1
            case .lineStart, .text:
                state = .text
                let (next, isComplete) = decodeText(input, from: position, into: &buffer)
                position = next
                if isComplete { return (position, true) }
            case .carriageReturn:
                buffer.append(LineEnds.lineEnd)
                if octet == lineFeed {
                    state = .lineStart
                    position += 1
                } else {
                    hasBareNewline = true
                    state = .text
                }
            case .dot:
                if octet == carriageReturn {
                    state = .dotCarriageReturn
                    position += 1
                } else {
                    state = .text
                }
            case .dotCarriageReturn:
                if octet == lineFeed { return (position + 1, true) }
                state = .carriageReturn
            }
        }
        return (position, false)
    }

    /// Stores the text before a CR or LF that stands alone, and CRLF in its place.
    private mutating func storeBare(_ text: UnsafeRawBufferPointer, into buffer: inout MessageBuffer) {
        hasBareNewline = true
        buffer.append(text)
        buffer.append(LineEnds.lineEnd)
    }

    /// Reads whole stretches of text with `memchr`, from within a line; stops where the next octet needs the state.
    private mutating func decodeText(
        _ input: UnsafeRawBufferPointer, from start: Int, into buffer: inout MessageBuffer
    ) -> (next: Int, isComplete: Bool) {
        var stored = start  // everything before it is in the buffer
        var nextReturn = input.firstIndex(of: carriageReturn, from: start)
        var nextFeed = input.firstIndex(of: lineFeed, from: start)
        while true {
            if nextFeed < nextReturn {
                storeBare(input[stored..<nextFeed].rebased, into: &buffer)
                stored = nextFeed + 1
                nextFeed = input.firstIndex(of: lineFeed, from: stored)
                continue
            }
            guard nextReturn + 1 < input.count else {
                // The text goes on beyond the input, or a CR is the last we have.
                buffer.append(input[stored..<nextReturn].rebased)
                if nextReturn < input.count { state = .carriageReturn }
                return (input.count, false)
            }
            if nextFeed != nextReturn + 1 {
                storeBare(input[stored..<nextReturn].rebased, into: &buffer)
                stored = nextReturn + 1
                nextReturn = input.firstIndex(of: carriageReturn, from: stored)
                continue
            }
            var position = nextFeed + 1
            if position == input.count || input[position] == dot {
                buffer.append(input[stored..<position].rebased)
                guard position + 2 < input.count else {
                    state = .lineStart
                    return (position, false)
                }
                if input[position + 1] == carriageReturn, input[position + 2] == lineFeed {
                    return (position + 3, true)
                }
                position += 1
                stored = position
            }
            nextReturn = input.firstIndex(of: carriageReturn, from: position)
            nextFeed = input.firstIndex(of: lineFeed, from: position)
        }
    }
}

private let dot: UInt8 = 0x2E
private let carriageReturn: UInt8 = 0x0D
private let lineFeed: UInt8 = 0x0A

extension UnsafeRawBufferPointer {
    /// The first place of an octet at or behind `start`; `count` if there is none.
    func firstIndex(of octet: UInt8, from start: Int) -> Int {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, Int32(octet), count - start)
        else { return count }
        return UnsafeRawPointer(found) - base
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// The slice as a buffer of its own.
    var rebased: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self) }
}
