import Glibc

extension Base64Lines {
    /// The lines that the encoded form seems to be broken into, by its first line.
    init(guessedFrom encoded: UnsafeRawBufferPointer) {
        guard let start = encoded.baseAddress, let found = memchr(start, 0x0A, encoded.count) else {
            self = .unbroken
            return
        }
        let offset = UnsafeRawPointer(found) - start
        let isCRLF = offset > 0 && encoded[offset - 1] == 0x0D
        self.init(length: max(isCRLF ? offset - 1 : offset, 1), end: isCRLF ? .crlf : .lf)
    }

    /// So many digits, in whole groups, are decoded or encoded at once: memory stays small for any attachment.
    static let digitsAtOnce = 256 << 10

    /// Decodes what a ``Base64LineEncoder`` would have made, and gives the content piece by piece.
    ///
    /// - Returns: Whether it would have made exactly this; if not, what was given counts for nothing.
    func decode<Failure: Error>(
        _ encoded: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let room = min(Self.digitsAtOnce, (encoded.count + 3) / 4 * 4)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 3 * room, alignment: 8)
        defer { memory.deallocate() }
        guard let digits = memory.baseAddress else { return encoded.isEmpty }
        let (content, again) = (digits + room, digits + 2 * room)
        var (read, column) = (0, 0)
        while read < encoded.count {
            guard
                let count = gather(encoded, &read, &column, UnsafeMutableRawBufferPointer(start: digits, count: room)),
                let size = Base64.decode(UnsafeRawBufferPointer(start: digits, count: count), to: content),
                // Only the last group may be padded.
                read == encoded.count ? (size + 2) / 3 * 4 == count : size * 4 == count * 3
            else { return false }
            let piece = UnsafeRawBufferPointer(start: content, count: size)
            // Seen, not concluded: encoding it again gives exactly these digits.
            Base64.encode(piece, to: again)
            guard memcmp(again, digits, count) == 0 else { return false }
            try take(piece)
        }
        return true
    }

    /// Collects digits until the buffer is full or none are left; `nil` where a line end is not where it belongs.
    private func gather(
        _ encoded: UnsafeRawBufferPointer, _ read: inout Int, _ column: inout Int,
        _ digits: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard let start = encoded.baseAddress, let target = digits.baseAddress else { return nil }
        var count = 0
        while count < digits.count, read < encoded.count {
            if column == length {
                guard isLineEnd(encoded, at: read) else { return nil }
                read += end.count
                column = 0
            }
            let part = min(length - column, encoded.count - read, digits.count - count)
            memcpy(target + count, start + read, part)
            count += part
            read += part
            column += part
        }
        return count
    }

    private func isLineEnd(_ encoded: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        // A line end is followed by a digit: the encoded form ends with one.
        guard offset + end.count < encoded.count else { return false }
        switch end {
        case .lf: return encoded[offset] == 0x0A
        case .crlf: return encoded[offset] == 0x0D && encoded[offset + 1] == 0x0A
        }
    }
}
