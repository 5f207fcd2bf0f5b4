import Glibc

extension Base64Lines {
    /// Encodes a content; `target` must have exactly ``encodedSize(of:)`` octets of room.
    func encode(_ content: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer) {
        guard let start = target.baseAddress, !content.isEmpty else { return }
        if length.isMultiple(of: 4), length < target.count {
            encodeLines(content, to: start)
        } else if target.count <= length {
            Base64.encode(content, to: start)
        } else {
            encodeUnaligned(content, to: start)
        }
    }

    /// The usual case: each line holds whole groups of four digits.
    private func encodeLines(_ content: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer) {
        let octets = length / 4 * 3
        var (read, written) = (0, 0)
        while true {
            let line = min(octets, content.count - read)
            Base64.encode(UnsafeRawBufferPointer(rebasing: content[read..<read + line]), to: start + written)
            read += line
            guard read < content.count else { return }
            written += length
            written += store(to: start + written)
        }
    }

    /// Lines that cut groups in two: all digits first, then moved apart.
    private func encodeUnaligned(_ content: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer) {
        let count = (content.count + 2) / 3 * 4
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { digits in
            guard let source = digits.baseAddress else { return }
            Base64.encode(content, to: source)
            var (read, written) = (0, 0)
            while true {
                let line = min(length, count - read)
                memcpy(start + written, source + read, line)
                read += line
                guard read < count else { return }
                written += line
                written += store(to: start + written)
            }
        }
    }

    private func store(to target: UnsafeMutableRawPointer) -> Int {
        switch end {
        case .lf:
            target.storeBytes(of: UInt8(ascii: "\n"), as: UInt8.self)
        case .crlf:
            target.storeBytes(of: UInt8(ascii: "\r"), as: UInt8.self)
            target.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: 1, as: UInt8.self)
        }
        return end.count
    }

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

    /// Decodes what ``encode(_:to:)`` would have made; `nil` if it would not have made exactly this.
    func decode(_ encoded: UnsafeRawBufferPointer) -> [UInt8]? {
        let digits = encoded.count <= length ? nil : digits(of: encoded)
        if encoded.count > length, digits == nil { return nil }
        func decoded(_ digits: UnsafeRawBufferPointer) -> [UInt8]? {
            var isValid = true
            let content = [UInt8](unsafeUninitializedCapacity: digits.count / 4 * 3) { buffer, initialized in
                guard let target = buffer.baseAddress, let count = Base64.decode(digits, to: target) else {
                    isValid = digits.isEmpty
                    return
                }
                initialized = count
            }
            return isValid ? content : nil
        }
        return digits.map { $0.withUnsafeBytes(decoded) } ?? decoded(encoded)
    }

    /// The digits alone; `nil` where a line end is not where it belongs.
    private func digits(of encoded: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let start = encoded.baseAddress else { return [] }
        var isValid = true
        let digits = [UInt8](unsafeUninitializedCapacity: encoded.count) { buffer, initialized in
            guard let target = buffer.baseAddress else { return }
            var read = 0
            while true {
                let line = min(length, encoded.count - read)
                memcpy(target + initialized, start + read, line)
                initialized += line
                read += line
                guard read < encoded.count else { return }
                guard isLineEnd(encoded, at: read) else {
                    isValid = false
                    return
                }
                read += end.count
            }
        }
        return isValid ? digits : nil
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
