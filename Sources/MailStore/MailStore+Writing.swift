extension MailStore {
    /// Delivers messages to users, each pair of both exactly once: delivering again gives the first placement, even
    /// if the user has deleted the mail since.
    ///
    /// Gives one result for each delivery, in order; all that succeeded are durable. If a ``MailStoreError`` is thrown,
    /// none of the batch was delivered.
    package func deliver(_ batch: [MailDelivery]) async throws -> [Result<Placement, DeliveryError>] {
        guard !batch.isEmpty else { return [] }
        return try await writes.write(weight: batch.count) { transaction in
            try batch.map { try transaction.deliver($0) }
        }
    }

    /// Adds and removes flags of a user's mails.
    ///
    /// A flag in both is added. Numbers without a mail are passed over.
    ///
    /// What changed is returned as ``changes(after:limit:)`` will tell it.
    @discardableResult
    package func setFlags(
        user: UserID, numbers: [UInt32], add: MailFlags = [], remove: MailFlags = []
    ) async throws -> [MailChange] {
        try await change(user, numbers) { transaction, keys in
            try transaction.setFlags(keys, add: add, remove: remove)
        }
    }

    /// Puts mails into another folder, which is made if it is new.
    ///
    /// Numbers without a mail are passed over.
    ///
    /// What changed is returned as ``changes(after:limit:)`` will tell it.
    @discardableResult
    package func move(user: UserID, numbers: [UInt32], to mailbox: String) async throws -> [MailChange] {
        try await change(user, numbers) { transaction, keys in try transaction.move(keys, to: mailbox) }
    }

    /// Deletes mails, and the bodies that no other user has.
    ///
    /// Numbers without a mail are passed over.
    ///
    /// What changed is returned as ``changes(after:limit:)`` will tell it.
    @discardableResult
    package func delete(user: UserID, numbers: [UInt32]) async throws -> [MailChange] {
        try await change(user, numbers) { transaction, keys in try transaction.delete(keys) }
    }

    private func change(
        _ user: UserID, _ numbers: [UInt32],
        _ body: @escaping @Sendable (inout WriteTransaction, [MailKey]) throws -> [MailChange]
    ) async throws -> [MailChange] {
        guard !numbers.isEmpty else { return [] }
        let keys = numbers.map { MailKey(user: user, number: $0) }
        return try await writes.write(weight: keys.count) { transaction in try body(&transaction, keys) }
    }
}
