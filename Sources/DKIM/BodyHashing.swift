package import Bytes
import CBytes

/// Hashes a body once for all signatures of a message, in pieces that the caller chooses (RFC 6376, section 3.4).
///
/// Both forms leave empty lines at the end away. Since the content is whole in memory, a look at its end says where the
/// rest stops, and the way from the start to there is walked once; whoever needs no form pays nothing for it.
package struct BodyHashing: Sendable {
    /// How much one piece should be at most, so that a thread is soon free for others: about 5 ms of work.
    package static let pieceLength = 1 << 20

    private struct Form {
        var end: Int
        var length: Int64 = 0
        var hashers: [BodyHasher] = []

        var isWanted: Bool { !hashers.isEmpty }

        mutating func take(_ bytes: UnsafeRawBufferPointer) {
            length += Int64(bytes.count)
            for index in hashers.indices { hashers[index].update(bytes) }
        }

        mutating func endLine() {
            let end: (UInt8, UInt8) = (0x0D, 0x0A)
            withUnsafeBytes(of: end) { take($0) }
        }

        func finish(into hashes: inout [BodyHash]) {
            for hasher in hashers {
                hashes.append(BodyHash(request: hasher.request, digest: hasher.finish(), canonicalLength: length))
            }
        }
    }

    private let content: Octets
    private let start: Int
    private var position: Int
    private var simple: Form
    private var relaxed: Form

    /// Prepares to hash the content from an offset; no request should come twice.
    package init(_ content: Octets, from start: Int, requests: [BodyHashRequest]) {
        self.content = content
        self.start = start
        position = start
        simple = Form(end: content.withUnsafeBytes { Self.end(of: $0, from: start, isBlankSkipped: false) })
        relaxed = Form(end: content.withUnsafeBytes { Self.end(of: $0, from: start, isBlankSkipped: true) })
        for request in requests {
            switch request.canonicalization {
            case .simple: simple.hashers.append(BodyHasher(request))
            case .relaxed: relaxed.hashers.append(BodyHasher(request))
            }
        }
    }

    /// How many octets of the body have not been looked at.
    package var remaining: Int { content.count - position }

    /// Where the last line that is not empty ends, without its line end.
    private static func end(of bytes: UnsafeRawBufferPointer, from start: Int, isBlankSkipped: Bool) -> Int {
        var end = bytes.count
        var lineEnd = end
        while end > start {
            let last = bytes[end - 1]
            if last == 0x0A, end - 1 > start, bytes[end - 2] == 0x0D {
                end -= 2
                lineEnd = end
            } else if isBlankSkipped, last.isBlank {
                end -= 1
            } else {
                break
            }
        }
        return isBlankSkipped ? end : lineEnd
    }

    /// Hashes the next piece.
    package mutating func advance(_ count: Int = pieceLength) {
        let range = position..<min(position + count, content.count)
        position = range.upperBound
        content.withUnsafeBytes { bytes in
            if simple.isWanted, range.lowerBound < simple.end {
                simple.take(.init(rebasing: bytes[range.lowerBound..<min(range.upperBound, simple.end)]))
            }
            if relaxed.isWanted, range.lowerBound < relaxed.end {
                relax(bytes, range.lowerBound..<min(range.upperBound, relaxed.end))
            }
        }
    }

    /// How much of the relaxed form is made before it is hashed: what has room on the stack.
    private static let relaxedLength = 1_024

    /// RFC 6376, section 3.4.4: one space in the place of several blanks, and none at the ends of lines.
    private mutating func relax(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        guard let text = bytes.baseAddress else { return }
        withUnsafeTemporaryAllocation(byteCount: Self.relaxedLength, alignment: 1) { output in
            for start in stride(from: range.lowerBound, to: range.upperBound, by: output.count) {
                let count = min(output.count, range.upperBound - start)
                let filled = sluice_relax_blanks(text + start, count, bytes.count - start, output.baseAddress)
                relaxed.take(UnsafeRawBufferPointer(rebasing: output[..<filled]))
            }
        }
    }

    /// The hashes, after everything was looked at.
    package mutating func finish() -> [BodyHash] {
        precondition(remaining == 0, "the body was not hashed to its end")
        // RFC 6376, section 3.4.3: an empty body is one empty line in the simple form; section 3.4.4: nothing at all in
        // the relaxed one.
        simple.endLine()
        if relaxed.end > start { relaxed.endLine() }
        var hashes: [BodyHash] = []
        hashes.reserveCapacity(simple.hashers.count + relaxed.hashers.count)
        simple.finish(into: &hashes)
        relaxed.finish(into: &hashes)
        return hashes
    }
}
