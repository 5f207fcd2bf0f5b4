/// What `sluice search --json` and `sluice mail list --json` print.
struct SearchAnswer: Decodable {
    /// One mail.
    struct Hit: Decodable {
        let id: Int
        let from, subject, mailbox: String
        let size, attachments: Int
        let isUnread: Bool
        let snippet: [Piece]?

        /// The snippet with its hits in brackets.
        var marked: String { (snippet ?? []).map { $0.isHit ? "[\($0.text)]" : $0.text }.joined() }
    }

    /// A piece of a snippet.
    struct Piece: Decodable {
        let text: String
        let isHit: Bool
    }

    /// What may have been meant.
    struct Suggestion: Decodable {
        let word, replacement: String
    }

    let total: Int
    let hits: [Hit]
    let next: Int?
    let suggestions: [Suggestion]?
}
