import Synchronization

/// Flags and mailboxes of all mails, in memory, by user.
final class FlagStore: Sendable {
    private let users = Mutex<[UInt32: FlagTable]>([:])

    /// The flags of a user as they are now and as they change.
    func table(of user: UInt32) -> FlagTable? {
        users.withLock { $0[user] }
    }

    func set(user: UInt32, number: UInt32, flags: MailFlags, mailbox: UInt32) {
        users.withLock { users in
            let table = users[user]
            if let table, table.holds(number) { return table.set(number, flags, mailbox) }
            let larger = FlagTable(copying: table, capacity: Int(number) + 1)
            larger.set(number, flags, mailbox)
            users[user] = larger
        }
    }

    func remove(user: UInt32) {
        users.withLock { $0[user] = nil }
    }
}

/// Flags and mailboxes of one user's mails by number: eight octets a mail.
final class FlagTable: Sendable {
    /// How much larger than needed a table becomes, so that growing costs little for each mail.
    private static let growth = 32

    private let memory: Arena
    private let capacity: Int

    fileprivate init(copying old: FlagTable?, capacity: Int) {
        self.capacity = max(capacity + capacity / 2, Self.growth)
        memory = Arena(size: self.capacity * 8)
        if let old { memory.base.copyMemory(from: old.memory.base, byteCount: old.capacity * 8) }
    }

    func holds(_ number: UInt32) -> Bool { Int(number) < capacity }

    func set(_ number: UInt32, _ flags: MailFlags, _ mailbox: UInt32) {
        let value = UInt64(flags.rawValue) << 32 | UInt64(mailbox)
        memory.base.atomic64(Int(number) * 8).pointee.store(value, ordering: .relaxed)
    }

    /// The flags of a mail; none if nobody told.
    func flags(_ number: UInt32) -> MailFlags {
        MailFlags(rawValue: UInt16(truncatingIfNeeded: value(number) >> 32))
    }

    /// The mailbox of a mail; 0 if nobody told.
    func mailbox(_ number: UInt32) -> UInt32 { UInt32(truncatingIfNeeded: value(number)) }

    private func value(_ number: UInt32) -> UInt64 {
        holds(number) ? memory.base.atomic64(Int(number) * 8).pointee.load(ordering: .relaxed) : 0
    }
}
