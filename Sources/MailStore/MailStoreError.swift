import GRDB

/// Why the store could not do what it was asked to; nothing of it was done then.
package enum MailStoreError: Error, Sendable, Hashable {
    /// The disk, a quota or the configured size is full.
    case outOfSpace(String)
    /// Another process holds the database for longer than the store waits.
    case busy(String)
    /// The database is damaged or is no database.
    case damaged(String)
    /// The database was written by a newer version of this program.
    case newerSchema(version: Int, known: Int)
    /// The database belongs to another program.
    case foreign(path: String)
    /// The store was closed.
    case closed
    /// This cannot be a user's address.
    case invalidAddress(String)
    /// There is a user of that address already.
    case userExists(String)
    /// There is no user of that address.
    case unknownUser(String)
    /// The user has so many mails, which would go, too.
    case userHasMail(String, count: Int)
    /// SQLite refused for another reason; its extended result code.
    case database(code: Int32, String)

    /// Whether there is no space left, so that trying again later may help.
    package var isOutOfSpace: Bool { if case .outOfSpace = self { true } else { false } }
    /// Whether another process is in the way, so that trying again soon may help.
    package var isBusy: Bool { if case .busy = self { true } else { false } }
    /// Whether the data needs an operator.
    package var isDamaged: Bool { if case .damaged = self { true } else { false } }

    /// Whether it is what was asked for that is wrong, and not the store.
    package var isRefusal: Bool {
        switch self {
        case .invalidAddress, .userExists, .unknownUser, .userHasMail: true
        case .outOfSpace, .busy, .damaged, .newerSchema, .foreign, .closed, .database: false
        }
    }

    /// A short fixed word for metrics.
    package var label: String {
        switch self {
        case .outOfSpace: "out-of-space"
        case .busy: "busy"
        case .damaged: "damaged"
        case .newerSchema: "newer-schema"
        case .foreign: "foreign"
        case .closed: "closed"
        case .invalidAddress: "invalid-address"
        case .userExists: "user-exists"
        case .unknownUser: "unknown-user"
        case .userHasMail: "user-has-mail"
        case .database: "database"
        }
    }

    /// SQLite's error, sorted; any other is passed on.
    static func sorted(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let text = error.message ?? "no message"
        switch error.resultCode {
        case .SQLITE_FULL: return MailStoreError.outOfSpace(text)
        case .SQLITE_BUSY, .SQLITE_LOCKED: return MailStoreError.busy(text)
        // GRDB's word for a connection that was closed.
        case .SQLITE_MISUSE where text == "Connection is closed": return MailStoreError.closed
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return MailStoreError.damaged(text)
        default: break
        }
        // The index of the log could not grow: that file is never larger than the log, so it is the disk.
        if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE { return MailStoreError.outOfSpace(text) }
        return MailStoreError.database(code: error.extendedResultCode.rawValue, text)
    }
}

extension MailStoreError: CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    package var description: String {
        switch self {
        case .outOfSpace(let text): "the mail database has no space left: \(text)"
        case .busy(let text): "the mail database is held by another process: \(text)"
        case .damaged(let text): "the mail database is damaged: \(text); restore it from a backup"
        case .newerSchema(let version, let known):
            "the mail database has format \(version), this program knows formats up to \(known); use a newer program"
        case .foreign(let path): "\(path) is the database of another program; name another directory"
        case .closed: "the mail database is closed"
        case .invalidAddress(let address): "\"\(address)\" is not an address such as name@example.org"
        case .userExists(let address): "there is a user \(address) already"
        case .unknownUser(let address): "there is no user \(address)"
        case .userHasMail(let address, let count):
            "\(address) has \(count == 1 ? "1 mail" : "\(count) mails"); export what is to be kept, then say --mail"
        case .database(let code, let text): "the mail database refused (SQLite code \(code)): \(text)"
        }
    }
}
