/// What swaks prints of a session.
enum Transcript {
    /// The mail that it sent: the lines after the client's DATA, up to the dot, without the dots of transparency.
    static func mail(in text: String) -> [UInt8] {
        let mark = " -> "
        let sent = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .filter { $0.hasPrefix(mark) }.map { $0.dropFirst(mark.count) }
        guard let data = sent.firstIndex(of: "DATA") else { return [] }
        let lines = sent[(data + 1)...].prefix { $0 != "." }
        return lines.flatMap { Array(($0.hasPrefix(".") ? $0.dropFirst() : $0).utf8) + [0x0D, 0x0A] }
    }
}
