/// What `sluice search --json` and `sluice mail list --json` print.
struct SearchAnswer: Decodable {
    /// One mail.
    struct Hit: Decodable {
        let id: Int
        let from, subject, mailbox: String
        let size, attachments: Int
        let isUnread: Bool
    }

    let total: Int
    let hits: [Hit]
}
