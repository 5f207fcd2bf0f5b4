import Bytes
import Glibc

/// Standard output and standard error.
enum Terminal {
    /// Whether standard output is a terminal, where colour helps.
    static let isInteractive = isatty(STDOUT_FILENO) == 1

    /// Writes a line to standard output.
    static func say(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    /// Writes octets to standard output as they are.
    static func say(octets: UnsafeRawBufferPointer) {
        write(octets, to: STDOUT_FILENO)
    }

    /// Writes a line to standard error.
    static func note(_ line: String) {
        write(line + "\n", to: STDERR_FILENO)
    }

    /// Writes an error to standard error.
    static func complain(_ text: String) {
        note("sluice: \(text)")
    }

    /// The text in bold on a terminal, as it is in a pipe.
    static func bold(_ text: String) -> String {
        isInteractive ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }

    /// A cell of a table; mail must not move the cursor, so control characters become dots.
    static func cell(_ text: String, width: Int) -> String {
        let clean = printable(text)
        let cut = columns(clean[...]) > width ? prefix(of: clean, columns: width - 1) + "…" : clean[...]
        return cut + String(repeating: " ", count: max(0, width - columns(cut)))
    }

    private static func prefix(of text: String, columns limit: Int) -> Substring {
        var end = text.startIndex
        var used = 0
        while end < text.endIndex {
            used += columns(of: text[end])
            guard used <= limit else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }

    /// The columns that a terminal gives to a text.
    static func columns(_ text: Substring) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The columns that terminals give to a character: two for the scripts of East Asia and for emoji (UAX #11).
    private static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }

    /// The text without characters that steer the terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.steersTerminals ? "·" : $0 }))
    }

    private static func write(_ text: String, to descriptor: Int32) {
        Array(text.utf8).withUnsafeBytes { write($0, to: descriptor) }
    }

    private static func write(_ octets: UnsafeRawBufferPointer, to descriptor: Int32) {
        var done = 0
        while done < octets.count {
            let count = Glibc.write(descriptor, octets.baseAddress.unsafelyUnwrapped + done, octets.count - done)
            if count < 0, errno == EINTR { continue }
            // The reader of a pipe may have seen enough; there is nobody to tell.
            guard count > 0 else { return }
            done += count
        }
    }
}
