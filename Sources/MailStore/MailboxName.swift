/// The names of folders.
enum MailboxName {
    /// A name as it is stored: INBOX has no letter case (RFC 9051, section 5.1), other names have.
    static func canonical(_ name: String) -> String {
        name.utf8.count == 5 && name.uppercased() == "INBOX" ? "INBOX" : name
    }
}
