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
        let cut = clean.count > width ? clean.prefix(width - 1) + "…" : clean[...]
        return cut + String(repeating: " ", count: max(0, width - cut.count))
    }

    /// The text without control characters.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
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
