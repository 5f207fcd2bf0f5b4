import GRDB

extension MailStore {
    /// Adds a user.
    ///
    /// - Throws: ``MailStoreError/invalidAddress(_:)``, ``MailStoreError/userExists(_:)``, or what a full or damaged
    ///   database gives.
    package func addUser(_ address: String) async throws -> UserID {
        guard let address = UserAddress(address) else { throw MailStoreError.invalidAddress(address) }
        let user = try await writes.write(weight: 1) { transaction in
            let select = "SELECT 1 FROM user WHERE address = ?"
            guard try transaction.database.first(select, [.text(address.text)], { _ in true }) == nil else {
                throw MailStoreError.userExists(address.text)
            }
            try transaction.database.run("INSERT INTO user (address) VALUES (?)", [.text(address.text)])
            return UserID(value: UInt32(truncatingIfNeeded: transaction.database.lastInsertedRowID))
        }
        cache.keep(user, for: address, asked: cache.time)
        return user
    }

    /// The user of an address, in any letter case; `nil` if there is none.
    ///
    /// A user that another process adds is seen after ``MailStoreOptions/unknownUserLifetime`` at the latest.
    package func user(for address: String) async throws -> UserID? {
        guard let address = UserAddress(address) else { return nil }
        if let known = cache.lookUp(address) { return known }
        let asked = cache.time
        let user = try await read { database in
            try database.first("SELECT id FROM user WHERE address = ?", [.text(address.text)]) { row in
                UserID(value: try row.number(0))
            }
        }
        cache.keep(user, for: address, asked: asked)
        return user
    }

    /// Whether an address is a user's who has been asked for before; it may be one's even if not.
    package func isKnownUser(_ address: String) -> Bool {
        guard let address = UserAddress(address), case .some(.some) = cache.lookUp(address) else { return false }
        return true
    }

    /// All users, in the order in which they were added.
    package func users() async throws -> [User] {
        try await read { database in
            var users: [User] = []
            try database.rows("SELECT id, address FROM user ORDER BY id", []) { row in
                users.append(User(id: UserID(value: try row.number(0)), address: row.text(1)))
            }
            return users
        }
    }
}
