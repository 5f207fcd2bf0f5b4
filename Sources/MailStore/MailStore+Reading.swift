import Bytes
import GRDB
import StageKit

extension MailStore {
    /// A user's mails, newest first: of one folder or of all.
    ///
    /// For the next page, ask for what is before the last number of this one.
    package func list(
        user: UserID, mailbox: String? = nil, before number: UInt32? = nil, limit: Int
    ) async throws -> [MailSummary] {
        let first = MailKey(user: user, number: 0).row
        let end = number.map { MailKey(user: user, number: $0).row } ?? MailKey(user: user, number: .max).row + 1
        let range: [SQLValue] = [.integer(first), .integer(end)]
        return try await read { database in
            if let mailbox {
                return try database.summaries(
                    "mail.mailbox = (SELECT id FROM mailbox WHERE name = ?) AND mail.id >= ? AND mail.id < ?",
                    [.text(MailboxName.canonical(mailbox))] + range, limit: limit)
            }
            return try database.summaries("mail.id >= ? AND mail.id < ?", range, limit: limit)
        }
    }

    /// How many mails a user has, in all or in one mailbox; counts them one by one.
    ///
    /// - Throws: What the database says.
    package func count(user: UserID, mailbox: String? = nil) async throws -> Int {
        let range: [SQLValue] = [
            .integer(MailKey(user: user, number: 0).row), .integer(MailKey(user: user, number: .max).row),
        ]
        return try await read { database in
            var (sql, values) = ("SELECT count(*) FROM mail WHERE id >= ? AND id <= ?", range)
            if let mailbox {
                sql += " AND mailbox = (SELECT id FROM mailbox WHERE name = ?)"
                values.append(.text(MailboxName.canonical(mailbox)))
            }
            return Int(try database.first(sql, values) { $0.integer(0) } ?? 0)
        }
    }

    /// The summaries of some of a user's mails, in the order asked for; numbers without a mail are left out.
    package func summaries(user: UserID, numbers: [UInt32]) async throws -> [MailSummary] {
        try await read { database in
            try numbers.flatMap { number in
                try database.summaries("mail.id = ?", [.integer(MailKey(user: user, number: number).row)], limit: 1)
            }
        }
    }

    /// What lists do not show of a mail; `nil` if there is none of that number.
    package func body(user: UserID, number: UInt32) async throws -> StoredBody? {
        try await read { database in try database.body(MailKey(user: user, number: number)) }
    }

    /// Goes through the stored messages of all users, each once, in the order of their numbers.
    ///
    /// - Returns: What `add` has made of `initial` and up to `limit` messages, and the number of the last one, to go on
    ///   after; `nil` behind the last of all.
    package func bodies<Value: Sendable>(
        after number: Int64, limit: Int, _ initial: Value,
        _ add: @escaping @Sendable (inout Value, [UInt8]) throws -> Void
    ) async throws -> (value: Value, last: Int64?) {
        try await read { database in
            var (value, last) = (initial, Int64?.none)
            let select = "SELECT id, body FROM content WHERE id > ? ORDER BY id LIMIT ?"
            try database.rows(select, [.integer(number), .limit(limit)]) { row in
                last = row.integer(0)
                try add(&value, row.blob(1))
            }
            return (value, last)
        }
    }

    /// The mails that arrived after a position, in the order of their arrival, with their bodies.
    package func mails(after sequence: UInt64, limit: Int) async throws -> [SequencedMail] {
        try await read { database in
            var keys: [MailKey] = []
            let select = "SELECT mail FROM arrival WHERE sequence > ? ORDER BY sequence LIMIT ?"
            try database.rows(select, [.position(sequence), .limit(limit)]) { row in
                keys.append(MailKey(row: row.integer(0)))
            }
            return try keys.compactMap { key in
                let summaries = try database.summaries("mail.id = ?", [.integer(key.row)], limit: 1)
                guard let summary = summaries.first, let body = try database.body(key) else { return nil }
                return SequencedMail(summary: summary, body: body)
            }
        }
    }

    /// What happened after a position, in order: arrivals, and the last change of each mail.
    package func changes(after sequence: UInt64, limit: Int) async throws -> [MailChange] {
        try await read { database in
            var changes: [MailChange] = []
            let select = """
                SELECT event.sequence, key, arrived, name, flags FROM (
                    SELECT sequence, mail AS key, 1 AS arrived FROM arrival WHERE sequence > ?1
                    UNION ALL SELECT sequence, mail, 0 FROM change WHERE sequence > ?1
                    ORDER BY sequence LIMIT ?2
                ) AS event LEFT JOIN mail ON mail.id = key LEFT JOIN mailbox ON mailbox.id = mail.mailbox
                ORDER BY event.sequence
                """
            try database.rows(select, [.position(sequence), .limit(limit)]) { row in
                changes.append(try MailChange(row))
            }
            return changes
        }
    }

    /// The position of the last change of all.
    package func lastSequence() async throws -> UInt64 {
        try await read { database in
            try database.first("SELECT sequence FROM counter", []) { try $0.sequence(0) } ?? 0
        }
    }

    /// What the store holds; counts every row.
    package func statistics() async throws -> MailStoreStatistics {
        let transactions = writes.transactions
        return try await read { database in
            func number(_ sql: String) throws -> Int { Int(try database.first(sql, []) { $0.integer(0) } ?? 0) }
            return MailStoreStatistics(
                users: try number("SELECT count(*) FROM user"), mails: try number("SELECT count(*) FROM mail"),
                bodies: try number("SELECT count(*) FROM content"),
                size: ByteCount(octets: try number("PRAGMA page_count") * number("PRAGMA page_size")),
                transactions: transactions)
        }
    }
}

extension SQLValue {
    /// How many rows at most; SQLite takes a negative number for no limit.
    fileprivate static func limit(_ count: Int) -> SQLValue { .integer(Int64(max(0, count))) }

    /// A sequence; one that no store can reach means the end.
    fileprivate static func position(_ sequence: UInt64) -> SQLValue { .integer(Int64(clamping: sequence)) }
}

extension MailChange {
    fileprivate init(_ row: SQLRow) throws {
        let key = MailKey(row: row.integer(1))
        let flags = try row.optionalInteger(4).map { _ in MailFlags(rawValue: try row.number(4)) }
        let kind: Kind =
            switch (flags, row.integer(2)) {
            case (nil, _): .deleted
            case (let flags?, 1): .arrived(mailbox: row.text(3), flags: flags)
            case (let flags?, _): .changed(mailbox: row.text(3), flags: flags)
            }
        self.init(sequence: try row.sequence(0), user: key.user, number: key.number, kind: kind)
    }
}

extension Database {
    /// The summaries of the mails that a condition names, newest first.
    fileprivate func summaries(_ condition: String, _ values: [SQLValue], limit: Int) throws -> [MailSummary] {
        let select = """
            SELECT mail.id, sequence, message, name, flags, date, received, subject, sender, recipients, reverse_path,
                size, attachments, preview
            FROM mail JOIN mailbox ON mailbox.id = mail.mailbox
            WHERE \(condition) ORDER BY mail.id DESC LIMIT ?
            """
        var summaries: [MailSummary] = []
        try rows(select, values + [.limit(limit)]) { try summaries.append(MailSummary($0)) }
        return summaries
    }

    fileprivate func body(_ key: MailKey) throws -> StoredBody? {
        let select = """
            SELECT trace, body, facts FROM mail JOIN arrival ON arrival.sequence = mail.sequence
            JOIN content ON content.id = mail.content WHERE mail.id = ?
            """
        return try first(select, [.integer(key.row)]) { row in
            StoredBody(trace: row.blob(0), body: row.blob(1), facts: row.blob(2))
        }
    }
}

extension MailSummary {
    fileprivate init(_ row: SQLRow) throws {
        let key = MailKey(row: row.integer(0))
        try self.init(
            user: key.user, number: key.number, sequence: row.sequence(1),
            message: MessageID(octets: row.blob(2)), mailbox: row.text(3),
            flags: MailFlags(rawValue: row.number(4)),
            date: row.optionalInteger(5).map(Timestamp.init(microseconds:)),
            received: Timestamp(microseconds: row.integer(6)), subject: row.text(7), sender: row.text(8),
            recipients: row.text(9), reversePath: row.text(10), size: Int(row.integer(11)),
            attachmentCount: Int(row.integer(12)), preview: row.text(13))
    }
}
