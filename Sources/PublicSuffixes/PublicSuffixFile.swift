import Bytes
package import Files
import Glibc
import Synchronization

/// The list in a file, read again when the file has changed.
package final class PublicSuffixFile: Sendable {
    /// Where Debian's package `publicsuffix` puts the list.
    package static let systemPath = "/usr/share/publicsuffix/public_suffix_list.dat"
    /// How often to look for changes: the list changes a few times a week.
    package static let interval: Duration = .seconds(300)
    /// The largest file that is read; the list has 300 KB.
    private static let maximumSize = 16_000_000

    private struct Stamp: Equatable {
        let seconds: Int
        let nanoseconds: Int
        let node: UInt
        let size: Int
    }

    private struct State {
        var list: PublicSuffixList
        var stamp: Stamp
    }

    private let path: String
    private let threads: BlockingThreads
    private let state: Mutex<State>

    /// Reads the list.
    ///
    /// - Throws: Where the file cannot be read or is not the list.
    package init(path: String = systemPath, threads: BlockingThreads = BlockingThreads(count: 1)) throws {
        self.path = path
        self.threads = threads
        state = Mutex(State(list: try PublicSuffixFile.read(path), stamp: try PublicSuffixFile.stamp(of: path)))
    }

    /// The list as it is now.
    package var list: PublicSuffixList { state.withLock { $0.list } }

    /// Reads the list again if the file has changed; a file that cannot be used leaves the list as it was.
    ///
    /// - Returns: Whether there was a change.
    /// - Throws: Where the file cannot be read or is not the list.
    @discardableResult
    package func refresh() async throws -> Bool {
        try await threads.run { [self] in
            let stamp = try Self.stamp(of: path)
            guard state.withLock({ $0.stamp }) != stamp else { return false }
            let list = try Self.read(path)
            state.withLock { $0 = State(list: list, stamp: stamp) }
            return true
        }
    }

    private static func stamp(of path: String) throws(FileError) -> Stamp {
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else { throw FileError(.open, path: path, code: errno) }
        return Stamp(
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, node: status.st_ino,
            size: Int(status.st_size))
    }

    private static func read(_ path: String) throws -> PublicSuffixList {
        let file = try LocalFileSystem().open(path, .read)
        defer { file.close() }
        let size = try file.size()
        guard size <= maximumSize else {
            throw PublicSuffixList.Unreadable(
                description: "\(path) has \(size) octets; the list has fewer than \(maximumSize)")
        }
        do {
            return try PublicSuffixList(parsing: String(decoding: try file.read(0..<size), as: UTF8.self))
        } catch let error as PublicSuffixList.Unreadable {
            throw PublicSuffixList.Unreadable(description: "\(path) \(error.description)")
        }
    }
}
