import Bytes
import CBytes
import Glibc

/// Finds headers and parts in one pass over a message.
///
/// Every delimiter line is compared with all open boundaries, innermost first, so that an inner multipart without its
/// terminator cannot swallow the outer one's parts. Nothing is decoded but content types and encoded containers.
struct StructureParser {
    /// An open multipart.
    struct Frame {
        /// How many containers are open when this one is the innermost.
        let depth: Int
        let boundary: [UInt8]
        let isDigest: Bool
        var hasDelimiter = false
        var isTerminated = false
    }

    /// A delimiter line of an open multipart.
    struct Delimiter {
        let frame: Int
        let line: Range<Int>
        let isTerminator: Bool
    }

    /// Fields of a usual message; more cost a copy.
    private static let usualFields = 32

    let limits: ParsingLimits
    var sources: [Octets]
    var fields: [FieldRecord] = []
    var parts: [PartRecord] = []
    var defects: [Defect] = []

    // The source that is being read, and the containers open in it.
    var source = 0
    var bytes: UnsafeRawBufferPointer
    var frames: [Frame] = []
    var open: [Int] = []
    /// Containers around the source that is being read.
    var outerDepth = 0
    /// Where the encoded container stands in the message, while its content is read.
    var container: Int?
    var decodedOctets = 0

    static func parse(_ octets: Octets, limits: ParsingLimits) -> ParseTree {
        octets.withUnsafeBytes { bytes in
            var parser = StructureParser(limits: limits, sources: [octets], bytes: bytes)
            parser.parseSource(parent: nil)
            return ParseTree(
                sources: parser.sources, fields: parser.fields, parts: parser.parts, defects: parser.defects,
                limits: limits)
        }
    }

    /// Reads the header at the start alone; the tree has no parts.
    static func parseHeader(_ octets: Octets, limits: ParsingLimits) -> ParseTree {
        octets.withUnsafeBytes { bytes in
            var parser = StructureParser(limits: limits, sources: [octets], bytes: bytes)
            _ = parser.parseHeader(at: 0, isRoot: true)
            return ParseTree(
                sources: parser.sources, fields: parser.fields, parts: [], defects: parser.defects, limits: limits)
        }
    }

    private init(limits: ParsingLimits, sources: [Octets], bytes: UnsafeRawBufferPointer) {
        self.limits = limits
        self.sources = sources
        self.bytes = bytes
        fields.reserveCapacity(Self.usualFields)
    }

    /// Reads the current source as one message.
    mutating func parseSource(parent: Int?) {
        var position = openEntity(at: 0, parent: parent, isDigest: false)
        while let delimiter = nextDelimiter(from: position) {
            let hadDelimiter = frames[delimiter.frame].hasDelimiter
            closeEntities(above: delimiter.frame, at: delimiter.line.lowerBound)
            position = delimiter.line.upperBound
            frames[delimiter.frame].hasDelimiter = true
            if delimiter.isTerminator {
                frames[delimiter.frame].isTerminated = true
                if !hadDelimiter { report(.missingDelimiter, at: delimiter.line.lowerBound) }
            } else if position < bytes.count {
                // Behind a delimiter at the very end there is no part.
                let frame = frames[delimiter.frame]
                position = openEntity(at: position, parent: open.last, isDigest: frame.isDigest)
            }
        }
        closeAll()
    }

    mutating func report(_ kind: Defect.Kind, at offset: Int) {
        guard defects.count < limits.defects else { return }
        defects.append(Defect(kind: kind, offset: container ?? offset))
    }

    // MARK: Delimiters

    /// The next delimiter line of any open multipart at or after a line's start.
    private mutating func nextDelimiter(from start: Int) -> Delimiter? {
        guard !frames.isEmpty, let base = bytes.baseAddress else { return nil }
        var position = start
        if let delimiter = delimiter(at: position) { return delimiter }
        while position < bytes.count {
            position += sluice_find_dashes(base + position, bytes.count - position) + 1
            if let delimiter = delimiter(at: position) { return delimiter }
        }
        return nil
    }

    /// The delimiter that a line is, if it is one.
    mutating func delimiter(at start: Int) -> Delimiter? {
        guard start + 2 < bytes.count, bytes[start] == ASCII.hyphen, bytes[start + 1] == ASCII.hyphen else {
            return nil
        }
        var lineEnd: Int?
        var longer: Delimiter?
        for index in frames.indices.reversed() {
            let boundary = frames[index].boundary
            let afterBoundary = start + 2 + boundary.count
            guard afterBoundary <= bytes.count, startsWith(boundary, at: start + 2) else { continue }
            let end = lineEnd ?? bytes.firstOffset(of: ASCII.lineFeed, from: start).map { $0 + 1 } ?? bytes.count
            lineEnd = end
            let (isTerminator, isWhole) = readRest(afterBoundary..<max(end, afterBoundary))
            if frames[index].isTerminated {
                guard isWhole else { continue }
                report(.delimiterAfterTerminator, at: start)
                longer = nil
                continue
            }
            let found = Delimiter(frame: index, line: start..<end, isTerminator: isTerminator)
            if isWhole { return found }
            longer = longer ?? found
        }
        if longer != nil { report(.oddDelimiter, at: start) }
        return longer
    }

    private func startsWith(_ boundary: [UInt8], at offset: Int) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        return boundary.withUnsafeBytes { own in
            guard let start = own.baseAddress else { return false }
            return memcmp(base + offset, start, own.count) == 0
        }
    }

    /// What the rest of a delimiter line says: whether it ends the multipart, and whether nothing else stands there.
    ///
    /// Any text may follow a boundary (RFC 2046, section 5.1.1), but real mail nests boundaries that start alike: such
    /// a line counts only if no open multipart has the whole of it for its boundary.
    private func readRest(_ rest: Range<Int>) -> (isTerminator: Bool, isWhole: Bool) {
        var position = rest.lowerBound
        let dashes =
            rest.count >= 2 && bytes[position] == ASCII.hyphen && bytes[position + 1] == ASCII.hyphen
        if dashes { position += 2 }
        while position < rest.upperBound {
            guard ASCII.isBlank(bytes[position]) else { return (dashes, false) }
            position += 1
        }
        return (dashes, true)
    }

    // MARK: Ends

    /// Ends all entities within a multipart, whose next line is a delimiter.
    private mutating func closeEntities(above frame: Int, at line: Int) {
        let depth = frames[frame].depth
        // A header without its empty line ends at the delimiter itself, and what holds it cannot end before.
        var least = 0
        while open.count > depth, let part = open.popLast() {
            least = max(least, contentEnd(before: line, from: parts[part].body.lowerBound))
            close(part, at: least)
        }
        for inner in frames[(frame + 1)...] { reportUnfinished(inner, at: line) }
        frames.removeSubrange((frame + 1)...)
    }

    private mutating func closeAll() {
        while let part = open.popLast() {
            close(part, at: bytes.count)
        }
        for frame in frames { reportUnfinished(frame, at: bytes.count) }
        frames.removeAll()
    }

    private mutating func reportUnfinished(_ frame: Frame, at offset: Int) {
        if !frame.hasDelimiter {
            report(.missingDelimiter, at: offset)
        } else if !frame.isTerminated {
            report(.missingTerminator, at: offset)
        }
    }

    /// The end of a body in front of a delimiter: the line end before it belongs to the delimiter.
    private func contentEnd(before line: Int, from start: Int) -> Int {
        var end = max(line, start)
        if end > start, bytes[end - 1] == ASCII.lineFeed { end -= 1 }
        if end > start, end < line, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return end
    }

    private mutating func close(_ part: Int, at end: Int) {
        let start = parts[part].body.lowerBound
        parts[part].body = start..<max(start, end)
        if parts[part].content == .encodedMessage { parseEncodedMessage(part) }
        parts[part].subtreeEnd = parts.count
    }
}
