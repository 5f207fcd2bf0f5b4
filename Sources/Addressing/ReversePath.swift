/// Where reports about a message go: the argument of MAIL FROM (RFC 5321, section 4.1.1.2).
public enum ReversePath: Sendable, Hashable {
    /// `<>`: nobody; the message is a report itself and must not cause another.
    case null
    /// A mailbox.
    case address(EmailAddress)

    /// The address, or nothing for the null path.
    public var addressText: String {
        switch self {
        case .null: ""
        case .address(let address): address.description
        }
    }
}
