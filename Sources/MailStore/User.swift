/// Somebody who has a mailbox here.
package struct User: Sendable, Hashable {
    /// The number of the user.
    package var id: UserID
    /// The address, in the store's spelling (lower case).
    package var address: String

    /// A user of a number and an address.
    package init(id: UserID, address: String) {
        self.id = id
        self.address = address
    }
}
