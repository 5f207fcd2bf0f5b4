import Glibc

/// Encodes a content that comes piece by piece into lines of base64 (RFC 4648, section 4).
///
/// All pieces but the last must hold whole groups of three octets.
struct Base64LineEncoder: ~Copyable {
    /// The most that a piece may hold.
    static let pieceLimit = Base64Lines.digitsAtOnce / 4 * 3

    private let lines: Base64Lines
    private let digits = UnsafeMutableRawBufferPointer.allocate(byteCount: Base64Lines.digitsAtOnce, alignment: 8)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Base64Lines.digitsAtOnce, alignment: 8)
    private var column = 0

    init(_ lines: Base64Lines) { self.lines = lines }

    deinit {
        digits.deallocate()
        output.deallocate()
    }

    /// Encodes a piece, and gives what it makes.
    mutating func encode(
        _ piece: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let source = digits.baseAddress, let target = output.baseAddress else { return }
        Base64.encode(piece, to: source)
        let count = (piece.count + 2) / 3 * 4
        var (read, written) = (0, 0)
        while read < count {
            if column == lines.length {
                // Before the next digit, so that none stands behind the last.
                written += lines.end.store(to: target + written)
                column = 0
            }
            let part = min(lines.length - column, count - read, output.count - written)
            memcpy(target + written, source + read, part)
            read += part
            written += part
            column += part
            guard written + lines.end.count > output.count else { continue }
            try take(UnsafeRawBufferPointer(start: target, count: written))
            written = 0
        }
        try take(UnsafeRawBufferPointer(start: target, count: written))
    }
}

extension Base64Lines.LineEnd {
    /// Writes the line end, and returns how many octets it has.
    fileprivate func store(to target: UnsafeMutableRawPointer) -> Int {
        if self == .crlf { target.storeBytes(of: 0x0D, as: UInt8.self) }
        target.storeBytes(of: 0x0A, toByteOffset: count - 1, as: UInt8.self)
        return count
    }
}
