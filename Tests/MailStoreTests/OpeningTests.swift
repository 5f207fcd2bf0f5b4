import Bytes
import Files
import Glibc
import MailStore
import Testing

@Suite struct OpeningTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var path: String { directory.path + "/" + MailStore.fileName }

    @Test func `every commit waits for the disk`() async throws {
        let store = try MailStore.open(directory: directory.path)
        #expect(try await store.synchronousMode() == 2)
        try await store.close()
        #expect(try await MailStore.open(directory: directory.path).synchronousMode() == 2)
    }

    @Test func `nobody but the owner may read the database and its log`() async throws {
        let store = try MailStore.open(directory: directory.path)
        _ = try await store.addUser("alice@example.org")
        for name in [path, path + "-wal", path + "-shm"] {
            var status = stat()
            #expect(stat(name, &status) == 0 && status.st_mode & 0o777 == 0o600, "\(name)")
        }
        try await store.close()
    }

    @Test func `the database is in WAL mode`() async throws {
        let store = try MailStore.open(directory: directory.path)
        let text = try Connection(path).text("PRAGMA journal_mode")
        #expect(text == "wal")
        try await store.close()
    }

    @Test func `a database of a newer program is refused and left as it is`() async throws {
        try await MailStore.open(directory: directory.path).close()
        try Connection(path).execute("PRAGMA user_version = 99")
        #expect(throws: MailStoreError.newerSchema(version: 99, known: 1)) {
            try MailStore.open(directory: directory.path)
        }
        #expect(try Connection(path).text("PRAGMA user_version") == "99")
    }

    @Test func `another program's database is refused`() throws {
        try Connection(path).execute("CREATE TABLE theirs (id INTEGER)")
        #expect(throws: MailStoreError.foreign(path: path)) { try MailStore.open(directory: directory.path) }
    }

    @Test func `a file that is no database is told apart`() throws {
        let file = try LocalFileSystem().open(path, .create)
        let noise = [UInt8](repeating: 0x55, count: 8_192)
        var written: FileError?
        noise.withUnsafeBytes { bytes in
            do throws(FileError) { try file.write(bytes, at: 0) } catch { written = error }
        }
        #expect(written == nil)
        let error = #expect(throws: MailStoreError.self) { try MailStore.open(directory: directory.path) }
        #expect(error?.isDamaged == true)
    }

    @Test func `a full database is told apart, keeps what it has, and takes nothing in part`() async throws {
        var options = MailStoreOptions()
        options.largestSize = .kilobytes(400)
        let store = try MailStore.open(directory: directory.path, options: options)
        let user = try await store.addUser("ada@example.org")
        _ = try await store.deliver([delivery(1)]).placements()
        var large = delivery(2)
        large.body = [UInt8](repeating: 1, count: 600_000)
        let batch = [delivery(3), large]
        let error = await #expect(throws: MailStoreError.self) { try await store.deliver(batch) }
        #expect(error?.isOutOfSpace == true)
        #expect(error?.label == "out-of-space")
        #expect(try await store.list(user: user, limit: 9).map(\.number) == [1])
        #expect(try await store.deliver([delivery(4)]).placements()[0].number == 2)
        try await store.close()
    }

    @Test func `a full database fails the calls that do not fit, not those beside them`() async throws {
        var options = MailStoreOptions()
        options.largestSize = .kilobytes(800)
        let store = try MailStore.open(directory: directory.path, options: options)
        let user = try await store.addUser("ada@example.org")
        let stored = await withTaskGroup(of: Int.self) { group in
            for number in 0..<60 {
                group.addTask {
                    var delivery = delivery(number)
                    if number.isMultiple(of: 3) { delivery.body = [UInt8](repeating: 1, count: 900_000) }
                    do {
                        return try await store.deliver([delivery]).placements().count
                    } catch {
                        #expect((error as? MailStoreError)?.isOutOfSpace == true)
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(stored == 40)
        #expect(try await store.list(user: user, limit: 99).count == 40)
        #expect(try await store.lastSequence() == 40)
        try await store.close()
    }

    @Test func `a call that fails leaves no trace, whatever shares its transaction`() async throws {
        let store = try MailStore.open(directory: directory.path)
        let user = try await store.addUser("ada@example.org")
        try Connection(path).execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON mail WHEN NEW.subject = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END")
        let stored = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    var batch = [delivery(2 * number), delivery(2 * number + 1)]
                    if number.isMultiple(of: 2) { batch[1].subject = "bad" }
                    do {
                        return try await store.deliver(batch).placements().count
                    } catch {
                        #expect(number.isMultiple(of: 2))
                        return 0
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(stored == 200)
        let numbers = try await store.list(user: user, limit: .max).map(\.number)
        #expect(numbers.reversed() == Array(1...200))
        #expect(try await store.lastSequence() == 200)
        #expect(try await store.statistics().bodies == 200)
        try await store.close()
    }

    @Test func `a database that another process holds is told apart`() async throws {
        var options = MailStoreOptions()
        options.busyTimeout = .milliseconds(20)
        let store = try MailStore.open(directory: directory.path, options: options)
        _ = try await store.addUser("ada@example.org")
        let other = try Connection(path)
        try other.execute("BEGIN IMMEDIATE")
        let error = await #expect(throws: MailStoreError.self) { try await store.deliver([delivery(1)]) }
        #expect(error?.isBusy == true)
        try other.execute("ROLLBACK")
        #expect(try await store.deliver([delivery(1)]).placements()[0].number == 1)
        try await store.close()
    }

    @Test func `a closed store takes no deliveries, and closing twice is fine`() async throws {
        let store = try MailStore.open(directory: directory.path)
        try await store.close()
        try await store.close()
        await #expect(throws: MailStoreError.closed) { try await store.deliver([delivery(1)]) }
        await #expect(throws: MailStoreError.closed) { try await store.users() }
    }
}
