import GRDB
import StageKit

/// A transaction under way: the database and the numbers to give out.
struct WriteTransaction {
    /// A user as far as deliveries need one.
    struct Recipient {
        let id: UserID
        var next: Int64
    }

    /// What has been delivered of a message.
    struct Delivered {
        var content: Int64
        var places: [UserID: Placement] = [:]
    }

    /// Everything that a failed piece of work must take back.
    struct Numbers {
        var sequence: UInt64
        var recipients: [String: Recipient] = [:]
        var changedRecipients: Set<String> = []
        var mailboxes: [String: Int64] = ["INBOX": Schema.inbox]
        var delivered: [MessageID: Delivered] = [:]
    }

    let database: Database
    var numbers: Numbers
    private let start: UInt64

    init(_ database: Database) throws {
        self.database = database
        start = try database.first("SELECT sequence FROM counter", []) { try $0.sequence(0) } ?? 0
        numbers = Numbers(sequence: start)
    }

    /// The next sequence.
    mutating func nextSequence() -> UInt64 {
        numbers.sequence += 1
        return numbers.sequence
    }

    /// Does some work so that all of it or nothing remains.
    mutating func separately<Value>(_ work: (inout WriteTransaction) throws -> Value) throws -> Value {
        let saved = numbers
        try database.run("SAVEPOINT work", [])
        do {
            let value = try work(&self)
            try database.run("RELEASE work", [])
            return value
        } catch {
            // A full disk may have ended the whole transaction already; then there is no savepoint any more.
            if database.isInsideTransaction {
                try database.run("ROLLBACK TO work", [])
                try database.run("RELEASE work", [])
            }
            numbers = saved
            throw error
        }
    }

    /// Writes the numbers down, as the last thing before the commit.
    func finish() throws {
        for address in numbers.changedRecipients {
            guard let recipient = numbers.recipients[address] else { continue }
            try database.run(
                "UPDATE user SET next = ? WHERE id = ?",
                [.integer(recipient.next), .integer(Int64(recipient.id.value))])
        }
        guard numbers.sequence > start else { return }
        try database.run("UPDATE counter SET sequence = ?", [.integer(Int64(numbers.sequence))])
    }

    /// The number of a folder's name, which is new if it was never used.
    mutating func mailbox(_ written: String) throws -> Int64 {
        let name = MailboxName.canonical(written)
        if let known = numbers.mailboxes[name] { return known }
        let select = "SELECT id FROM mailbox WHERE name = ?"
        var id = try database.first(select, [.text(name)]) { $0.integer(0) }
        if id == nil {
            try database.run("INSERT INTO mailbox (name) VALUES (?)", [.text(name)])
            id = database.lastInsertedRowID
        }
        numbers.mailboxes[name] = id
        return id ?? Schema.inbox
    }
}
