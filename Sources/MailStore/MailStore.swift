import Bytes
import Files
import GRDB
import Glibc
import Synchronization

/// The metadata database: every user's mails, what they say in lists, and their bodies.
///
/// One process runs the deliveries; others may read, and may add users. What a call returned is on disk: the database
/// is in WAL mode with `synchronous=FULL`, and one sync serves all calls that wait at the time.
package final class MailStore: Sendable {
    /// The most octets of one delivery's parts together: ten times the largest mail that servers exchange, far below
    /// SQLite's limit of 1,000,000,000 for a row.
    package static let largestDelivery = 250_000_000

    /// The database's name in the store's directory.
    package static let fileName = "mail.sqlite"

    /// Pages in the log before they are moved to their place: 32 MB, so that a page that many deliveries touch is
    /// moved once for all of them.
    private static let checkpointPages = 8_000
    /// What stays of the log after it was moved.
    private static let logLimit = 64_000_000
    private static let pageSize = 4_096

    let pool: DatabasePool
    let writes: WriteQueue
    let cache: UserCache

    /// Opens the store in a directory that exists, and makes it if there is none.
    ///
    /// Blocks. Any error is a ``MailStoreError``.
    package static func open(directory: String, options: MailStoreOptions = MailStoreOptions()) throws -> MailStore {
        try MailStore(path: directory + "/" + fileName, options: options) { ContinuousClock.now }
    }

    init(path: String, options: MailStoreOptions, now: @escaping @Sendable () -> ContinuousClock.Instant) throws {
        Self.makePrivate(path)
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration(options))
            try pool.writeWithoutTransaction { database in
                try Schema.migrate(database, path: path)
                // GRDB has set NORMAL by now, which would lose the last commits with the power.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = \(Self.checkpointPages)")
                try database.execute(sql: "PRAGMA journal_size_limit = \(Self.logLimit)")
                if let size = options.largestSize {
                    try database.execute(sql: "PRAGMA max_page_count = \(max(1, size.octets / Self.pageSize))")
                }
            }
        } catch {
            throw MailStoreError.sorted(error)
        }
        writes = WriteQueue(pool: pool)
        cache = UserCache(unknownLifetime: options.unknownUserLifetime, now: now)
    }

    /// Makes the database readable by its owner alone; SQLite gives its log the same mode.
    ///
    /// Where that is not possible, opening the database says why.
    private static func makePrivate(_ path: String) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
    }

    private static func configuration(_ options: MailStoreOptions) -> Configuration {
        var configuration = Configuration()
        configuration.label = "mail"
        configuration.maximumReaderCount = options.readers
        let (seconds, attoseconds) = options.busyTimeout.components
        configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) / 1e18)
        configuration.foreignKeysEnabled = false
        return configuration
    }

    /// Takes no more writes, completes those that wait, and closes the database.
    ///
    /// Twice is fine.
    package func close() async throws {
        try await writes.close { [pool] in
            do {
                try pool.close()
            } catch {
                throw MailStoreError.sorted(error)
            }
        }
    }

    /// The present mode of `synchronous` of the connection that writes: 2 is FULL.
    package func synchronousMode() async throws -> Int {
        try await writes.write(weight: 0) { transaction in
            Int(try transaction.database.first("PRAGMA synchronous", []) { $0.integer(0) } ?? 0)
        }
    }

    /// Reads on a connection of the pool.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw MailStoreError.sorted(error)
        }
    }
}
