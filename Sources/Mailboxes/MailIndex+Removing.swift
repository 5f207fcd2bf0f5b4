import Files
import MailStore
import SearchIndex

extension MailIndex {
    /// Removes a user from the store and the index, with the user's mail if asked to; returns how many mails went.
    ///
    /// An end of the process in between leaves entries in the index that no user leads to any more.
    ///
    /// - Throws: What ``MailStore/removeUser(_:withMail:)`` and the index say.
    package func removeUser(_ address: String, withMail: Bool) async throws -> Int {
        let (user, mails) = try await reader.store.removeUser(address, withMail: withMail)
        let index = index
        try await threads.run { try index.removeUser(user.value) }
        return mails
    }
}
