/// Whose mail a message says it is, by all readings of its header that readers are known for.
public enum Authors: Sendable, Hashable {
    /// The domains of all mailboxes that one reader or another shows, as written; empty for a mailbox such as `root`.
    case domains([String])
    /// Nobody can say whom all readers show.
    case unclear(Doubt)

    /// Why it is not clear who the authors are; the raw values are words for the operator.
    public enum Doubt: String, Sendable, Hashable, CaseIterable {
        /// Some readers drop these octets, others end there (RFC 5322, section 4, only has them for the past).
        case control = "From has control characters"
        /// Addresses where the grammar has none, or pieces of them.
        case ambiguous = "readers see different addresses in From"
        /// A limit of ``ParsingLimits`` has cut the header off.
        case unread = "the header has more than is read, and From may stand there"
        /// A line that is From for readers who are more lenient.
        case hidden = "only some readers see a From in the header"
        /// No From, but a field that readers show in its place.
        case replaced = "there is no From, and readers show another field in its place"
    }
}
