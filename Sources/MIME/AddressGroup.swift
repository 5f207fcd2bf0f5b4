/// Mailboxes under one name (RFC 5322, section 3.4).
public struct AddressGroup: Sendable, Hashable {
    /// The group's name, decoded; `nil` for mailboxes that stand in no group.
    public let name: String?
    /// The mailboxes, in order; none in a group such as `undisclosed-recipients:;`.
    public let mailboxes: [MailAddress]
}
