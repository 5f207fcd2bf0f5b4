import GRDB

extension MailStore {
    /// How many mails are deleted in one transaction, so that deliveries in between wait for a moment only.
    private static let removalBatch = 500

    /// Removes a user, and, if asked to, all of the user's mail; returns who it was and how many mails went.
    ///
    /// From then on nothing is delivered to the address. The number is never given to another user. While another
    /// process uses the store, that one has to do it, for it may take the address for known.
    ///
    /// - Throws: ``MailStoreError/unknownUser(_:)``; ``MailStoreError/userHasMail(_:count:)`` if there is mail that was
    ///   not to be removed.
    package func removeUser(_ address: String, withMail: Bool) async throws -> (user: UserID, mails: Int) {
        guard let known = UserAddress(address) else { throw MailStoreError.invalidAddress(address) }
        var mails = 0
        if withMail, let user = try await user(for: address) {
            while case let page = try await list(user: user, limit: Self.removalBatch), !page.isEmpty {
                mails += try await delete(user: user, numbers: page.map(\.number)).count
            }
        }
        let earlier = mails
        let (user, last) = try await writes.write(weight: Self.removalBatch) { transaction in
            let (user, count) = try transaction.removeUser(known, withMail: withMail)
            return (user, earlier + count)
        }
        cache.forget(known)
        return (user, last)
    }
}

extension WriteTransaction {
    /// Removes a user with all that came in until now; gives the number and how many mails that were.
    fileprivate mutating func removeUser(_ address: UserAddress, withMail: Bool) throws -> (UserID, Int) {
        let select = "SELECT id FROM user WHERE address = ?"
        guard
            let user = try database.first(select, [.text(address.text)], { row in UserID(value: try row.number(0)) })
        else { throw MailStoreError.unknownUser(address.text) }
        var keys: [MailKey] = []
        let mails = "SELECT id FROM mail WHERE id BETWEEN ? AND ?"
        let range = [MailKey(user: user, number: 0).row, MailKey(user: user, number: .max).row]
        try database.rows(mails, range.map { .integer($0) }) { keys.append(MailKey(row: $0.integer(0))) }
        guard withMail || keys.isEmpty else { throw MailStoreError.userHasMail(address.text, count: keys.count) }
        _ = try delete(keys)
        try database.run("DELETE FROM user WHERE id = ?", [.integer(Int64(user.value))])
        // What this transaction delivered to the user before is deleted with the rest.
        numbers.recipients[address.text] = nil
        numbers.changedRecipients.remove(address.text)
        return (user, keys.count)
    }
}
