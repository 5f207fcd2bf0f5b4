/// The last line that a server writes.
enum Farewell {
    /// How many messages it says remain queued.
    static func remaining(_ line: some StringProtocol) -> Int? {
        let words = line.split(separator: " ")
        guard words.count == 5, words[0] == "stopped;", words[4] == "queued" else { return nil }
        return Int(words[1])
    }
}
