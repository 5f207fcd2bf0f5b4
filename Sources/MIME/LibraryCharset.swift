import Glibc

/// A charset that the C library's iconv reads.
struct LibraryCharset: CharsetDecoder {
    /// The library's name for it.
    let name: String

    /// What a Korean text must start with, and what header words and careless writers leave out (RFC 1557).
    private static let koreanDesignator: [UInt8] = [ASCII.escape, 0x24, 0x29, 0x43]

    func decode(_ octets: UnsafeRawBufferPointer) -> String {
        switch name {
        case "ISO-2022-KR":
            let completed = Self.koreanDesignator + [ASCII.lineFeed] + octets
            return String(completed.withUnsafeBytes(convert).dropFirst())
        case "HZ":
            return Self.shiftedHZ(octets).withUnsafeBytes(LibraryCharset(name: "GB18030").convert)
        default: return convert(octets)
        }
    }

    /// HZ as GB 2312: the library does not know it, but its two-octet characters only lack their high bits (RFC 1843).
    private static func shiftedHZ(_ octets: UnsafeRawBufferPointer) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(octets.count)
        var isShifted = false
        var position = 0
        while position < octets.count {
            let octet = octets[position]
            position += 1
            guard octet == 0x7E, position < octets.count else {
                // A line end ends the shift as well.
                if octet == ASCII.lineFeed { isShifted = false }
                output.append(isShifted && octet > ASCII.space ? octet | 0x80 : octet)
                continue
            }
            let next = octets[position]
            position += 1
            switch next {
            case 0x7B: isShifted = true
            case 0x7D: isShifted = false
            case 0x7E: output.append(0x7E)
            case ASCII.lineFeed: break
            default: output += [octet, next]
            }
        }
        return output
    }

    private func convert(_ octets: UnsafeRawBufferPointer) -> String {
        guard let handle = iconv_open("UTF-8", name), handle != iconv_t(bitPattern: -1) else {
            return Charset.guess(octets)
        }
        defer { iconv_close(handle) }
        var output: [UInt8] = []
        output.reserveCapacity(octets.count * 2)
        withUnsafeTemporaryAllocation(byteCount: 8_192, alignment: 16) { chunk in
            Self.run(handle, octets, chunk, &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Converts all octets; after one that fits nothing, or half a character at the end, goes on with the next.
    private static func run(
        _ handle: iconv_t, _ octets: UnsafeRawBufferPointer, _ chunk: UnsafeMutableRawBufferPointer,
        _ output: inout [UInt8]
    ) {
        // The library takes a pointer to mutable octets but never writes to them.
        var input = UnsafeMutablePointer(mutating: octets.bindMemory(to: CChar.self).baseAddress)
        var remaining = octets.count
        while remaining > 0 {
            var target = chunk.bindMemory(to: CChar.self).baseAddress
            var free = chunk.count
            let result = iconv(handle, &input, &remaining, &target, &free)
            let reason = errno
            output.append(contentsOf: chunk[..<(chunk.count - free)])
            guard result == -1 else { continue }
            if reason == E2BIG, free < chunk.count { continue }
            output.append(contentsOf: [0xEF, 0xBF, 0xBD])
            guard remaining > 0 else { break }
            input = input.map { $0 + 1 }
            remaining -= 1
        }
        // Some converters hold the last character back, waiting for one that combines with it.
        var target = chunk.bindMemory(to: CChar.self).baseAddress
        var free = chunk.count
        _ = iconv(handle, nil, nil, &target, &free)
        output.append(contentsOf: chunk[..<(chunk.count - free)])
    }
}
