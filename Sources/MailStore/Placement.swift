/// Where a message came to lie in one user's mail.
package struct Placement: Sendable, Hashable, Codable {
    /// Whose mail.
    package var user: UserID
    /// The mail's number there: rises by arrival, from 1, and is never given twice.
    package var number: UInt32
    /// The position among all changes of all users: rises strictly in the order of commits.
    package var sequence: UInt64
    /// Whether this call put it there; `false` if an earlier one had.
    package var isNew: Bool

    /// A place.
    package init(user: UserID, number: UInt32, sequence: UInt64, isNew: Bool) {
        self.user = user
        self.number = number
        self.sequence = sequence
        self.isNew = isNew
    }
}
