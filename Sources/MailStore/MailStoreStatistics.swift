package import Bytes

/// What a store holds and has done.
package struct MailStoreStatistics: Sendable, Hashable {
    /// Users.
    package var users: Int
    /// Mails of all users.
    package var mails: Int
    /// Messages; one for several users counts once.
    package var bodies: Int
    /// The size of the database, without its log.
    package var size: ByteCount
    /// Transactions that this process has committed since it opened the store.
    package var transactions: Int
}
