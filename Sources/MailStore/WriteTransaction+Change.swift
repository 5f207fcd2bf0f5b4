import GRDB
import StageKit

extension WriteTransaction {
    /// The columns of a mail that decide what a change does.
    private struct Present {
        var key: MailKey
        var sequence: Int64
        var changed: Int64
        var flags: MailFlags
        var mailbox: Int64
        var mailboxName: String
        var content: Int64
        var message: [UInt8]
    }

    /// Adds and removes flags; returns what that changed.
    mutating func setFlags(_ keys: [MailKey], add: MailFlags, remove: MailFlags) throws -> [MailChange] {
        var changes: [MailChange] = []
        for key in keys {
            guard let mail = try present(key) else { continue }
            let flags = mail.flags.subtracting(remove).union(add)
            guard flags != mail.flags else { continue }
            let sequence = try advance(mail)
            try database.run(
                "UPDATE mail SET flags = ?, changed = ? WHERE id = ?",
                [.integer(Int64(flags.rawValue)), .integer(Int64(sequence)), .integer(key.row)])
            changes.append(change(key, sequence, .changed(mailbox: mail.mailboxName, flags: flags)))
        }
        return changes
    }

    /// Puts mails into another folder; returns what that changed.
    mutating func move(_ keys: [MailKey], to name: String) throws -> [MailChange] {
        let mailbox = try mailbox(name)
        var changes: [MailChange] = []
        for key in keys {
            guard let mail = try present(key), mail.mailbox != mailbox else { continue }
            let sequence = try advance(mail)
            try database.run(
                "UPDATE mail SET mailbox = ?, changed = ? WHERE id = ?",
                [.integer(mailbox), .integer(Int64(sequence)), .integer(key.row)])
            changes.append(change(key, sequence, .changed(mailbox: MailboxName.canonical(name), flags: mail.flags)))
        }
        return changes
    }

    /// Deletes mails, and the bodies that nobody has any more; returns what that changed.
    mutating func delete(_ keys: [MailKey]) throws -> [MailChange] {
        var changes: [MailChange] = []
        for key in keys {
            guard let mail = try present(key) else { continue }
            let sequence = try advance(mail)
            try database.run("DELETE FROM mail WHERE id = ?", [.integer(key.row)])
            try database.run("DELETE FROM arrival WHERE sequence = ?", [.integer(mail.sequence)])
            if try !hasReader(mail.message) {
                try database.run("DELETE FROM content WHERE id = ?", [.integer(mail.content)])
            }
            changes.append(change(key, sequence, .deleted))
        }
        return changes
    }

    /// Writes down that a mail changes now; what was written of an earlier change is of no use any more.
    private mutating func advance(_ mail: Present) throws -> UInt64 {
        let sequence = nextSequence()
        if mail.changed != mail.sequence {
            try database.run("DELETE FROM change WHERE sequence = ?", [.integer(mail.changed)])
        }
        try database.run(
            "INSERT INTO change (sequence, mail) VALUES (?, ?)", [.integer(Int64(sequence)), .integer(mail.key.row)])
        return sequence
    }

    private func present(_ key: MailKey) throws -> Present? {
        let select = """
            SELECT sequence, changed, flags, mailbox, content, message, name
            FROM mail JOIN mailbox ON mailbox.id = mail.mailbox WHERE mail.id = ?
            """
        return try database.first(select, [.integer(key.row)]) { row in
            Present(
                key: key, sequence: row.integer(0), changed: row.integer(1),
                flags: MailFlags(rawValue: try row.number(2)), mailbox: row.integer(3), mailboxName: row.text(6),
                content: row.integer(4), message: row.blob(5))
        }
    }

    /// Whether some user still has the message.
    private func hasReader(_ message: [UInt8]) throws -> Bool {
        let select = """
            SELECT 1 FROM delivered JOIN mail ON mail.id = (delivered.user << 32 | delivered.number)
            WHERE delivered.message = ? LIMIT 1
            """
        return try database.first(select, [.blob(message)]) { _ in true } ?? false
    }

    private func change(_ key: MailKey, _ sequence: UInt64, _ kind: MailChange.Kind) -> MailChange {
        MailChange(sequence: sequence, user: key.user, number: key.number, kind: kind)
    }
}
