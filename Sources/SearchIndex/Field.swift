/// The parts of a mail that are searched apart.
enum Field: UInt8, Sendable, CaseIterable {
    /// Everything: subject, body, people, attachment names, with gaps that no phrase reaches across.
    ///
    /// On disk, the one field whose number is; never renumber.
    case any = 1
    case subject = 2
    /// Words and whole addresses of the senders.
    case from = 3
    /// Words and whole addresses of the recipients.
    case to = 4
    /// Words of attachment names.
    case filename = 5

    /// The octet that stands for "all mails of the user" in level 0; never on disk.
    static let everything: UInt8 = 0
    /// Set in level 0 on the lists of words by their first octets; never on disk.
    static let directoryBit: UInt8 = 0x80
}
