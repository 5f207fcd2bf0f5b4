import Bytes
import Files
import SearchIndex
import Synchronization

/// A directory for one test, removed when the test is over.
final class TestFolder: Sendable {
    private static let count = Atomic<Int>(0)

    let path: String
    let disk = LocalFileSystem()
    /// The moment at which tests ask.
    static let now = Timestamp(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z

    init() throws {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        var random = SystemRandomNumberGenerator()
        path = "/tmp/sluice-index-\(number)-\(UInt32.random(in: 0 ... .max, using: &random))"
        try disk.createDirectory(path)
    }

    deinit {
        // Not rmdir: the protocol has no such thing, and an empty directory of /tmp does no harm.
        for folder in [path + "/set-aside", path] {
            do {
                for name in try disk.list(folder) where name != "set-aside" { try disk.remove(folder + "/" + name) }
            } catch {}
        }
    }

    func open(_ options: IndexOptions = IndexOptions(levelZeroSize: 8 << 20)) throws -> (InvertedIndex, UInt64) {
        let (index, covers) = try InvertedIndex.open(directory: path, fileSystem: disk, options: options)
        return (index, covers)
    }

    func query(_ text: String) throws -> Query {
        try Query(parsing: text, now: Self.now)
    }
}

/// Mails for tests.
enum TestMail {
    static func make(
        user: UInt32 = 1, number: UInt32, sequence: UInt64? = nil, date: Int64 = 1_760_000_000, size: Int = 1_000,
        subject: String = "", body: String = "", from: [String] = [], to: [String] = [], attachments: [String] = []
    ) -> IndexedMail {
        IndexedMail(
            user: user, number: number, sequence: sequence ?? UInt64(number), date: Timestamp(seconds: date),
            size: size, subject: subject, body: body, from: from, to: to, attachmentNames: attachments,
            hasAttachment: !attachments.isEmpty)
    }
}
