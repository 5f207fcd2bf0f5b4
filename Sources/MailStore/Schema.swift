import GRDB

/// The tables, and how older ones become them.
///
/// | table | one row for | what it is made for |
/// |---|---|---|
/// | user | a user | address → number; the next mail's number |
/// | mailbox | a folder's name | names stand once, mails carry numbers |
/// | mail | a mail | lists: narrow rows, clustered by user and arrival (id = user × 2³² + number) |
/// | content | a message | bodies, apart from lists, once for all recipients |
/// | arrival | a mail | the order of arrivals; what only the reader of the mail wants |
/// | change | a mail changed since it arrived | the order of changes, the last of each mail |
/// | delivered | a delivery ever made | exactly once, even after the mail was deleted |
/// | counter | the store | the last sequence given |
enum Schema {
    /// "SLUI", so that tools and we know whose database it is.
    ///
    /// On disk; never renumber.
    static let application = 0x534C_5549

    /// The mailbox that every mail can be put into.
    ///
    /// On disk; never renumber.
    static let inbox: Int64 = 1

    /// The steps from an empty database to the present one; the format's version is their count.
    ///
    /// On disk; only ever append.
    private static let steps = [
        """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            address TEXT NOT NULL UNIQUE,
            next INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE TABLE mailbox (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        INSERT INTO mailbox VALUES (1, 'INBOX');
        CREATE TABLE mail (
            id INTEGER PRIMARY KEY,
            sequence INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            content INTEGER NOT NULL,
            message BLOB NOT NULL,
            mailbox INTEGER NOT NULL,
            flags INTEGER NOT NULL,
            date INTEGER,
            received INTEGER NOT NULL,
            subject TEXT NOT NULL,
            sender TEXT NOT NULL,
            recipients TEXT NOT NULL,
            reverse_path TEXT NOT NULL,
            size INTEGER NOT NULL,
            attachments INTEGER NOT NULL,
            preview TEXT NOT NULL
        ) STRICT;
        CREATE INDEX mail_by_mailbox ON mail (mailbox);
        CREATE TABLE content (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
        CREATE TABLE arrival (
            sequence INTEGER PRIMARY KEY, mail INTEGER NOT NULL, trace BLOB NOT NULL, facts BLOB NOT NULL
        ) STRICT;
        CREATE TABLE change (sequence INTEGER PRIMARY KEY, mail INTEGER NOT NULL) STRICT;
        CREATE TABLE delivered (
            message BLOB NOT NULL,
            user INTEGER NOT NULL,
            number INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            content INTEGER NOT NULL,
            PRIMARY KEY (message, user)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL) STRICT;
        INSERT INTO counter VALUES (1, 0);
        """
    ]

    /// Brings a database to the present format.
    ///
    /// One that has it is only looked at, so that readers need not wait for who writes.
    static func migrate(_ database: Database, path: String) throws {
        var found = 0
        try database.inTransaction(.deferred) {
            found = try version(of: database, path: path)
            return .commit
        }
        guard found < steps.count else { return }
        try database.inTransaction(.immediate) {
            // Another process may have been faster.
            let version = try version(of: database, path: path)
            guard version < steps.count else { return .commit }
            for step in steps[version...] { try database.execute(sql: step) }
            try database.execute(sql: "PRAGMA user_version = \(steps.count); PRAGMA application_id = \(application)")
            return .commit
        }
    }

    /// The format of a database, 0 for an empty one.
    private static func version(of database: Database, path: String) throws -> Int {
        func pragma(_ name: String) throws -> Int {
            Int(try database.first("PRAGMA \(name)", []) { $0.integer(0) } ?? 0)
        }
        let (version, owner) = (try pragma("user_version"), try pragma("application_id"))
        let isEmpty = try database.first("SELECT 1 FROM sqlite_master LIMIT 1", []) { _ in true } == nil
        guard owner == application || (isEmpty && version == 0) else { throw MailStoreError.foreign(path: path) }
        guard version <= steps.count else {
            throw MailStoreError.newerSchema(version: version, known: steps.count)
        }
        return version
    }
}
