import Bytes
import Files
import Foundation
import SearchIndex
import Synchronization
import Testing

/// Many small users as well as one big one.
struct ManyUsersTests {
    @Test func `two thousand users of twenty mails need no file of their own`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        let before = try Self.openFiles(in: folder)
        for round in UInt32(1)...20 {
            let sequence = UInt64(round) * 10_000
            try index.add(
                (1...2_000).map { user in
                    TestMail.make(
                        user: user, number: round, sequence: sequence + UInt64(user), body: "mail u\(user) r\(round)")
                })
        }
        try index.flush()
        while try index.mergeIfNeeded() {}
        for user in [UInt32(1), 77, 2_000] {
            let query = try folder.query("mail u\(user) ")
            #expect(try index.search(user: user, query: query, limit: 100).numbers.count == 20)
            #expect(try index.search(user: user, query: folder.query("u\(user + 1) "), limit: 100).numbers.isEmpty)
        }
        // Segments are mapped and closed; what is open is the manifest.
        #expect(try Self.openFiles(in: folder) <= before + 1)
        #expect(try folder.disk.list(folder.path).count < 30)
        #expect(index.statistics().runs.allSatisfy { $0.users == 2_000 })
        try index.close()
    }

    @Test func `an account that is removed is in no search and, after a merge, in no segment`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        try index.add((1...30).map { TestMail.make(user: 1 + $0 % 3, number: $0, body: "shared words") })
        try index.flush()
        try index.add((31...60).map { TestMail.make(user: 1 + $0 % 3, number: $0, body: "shared words") })
        try index.removeUser(2)
        let query = try folder.query("shared ")
        #expect(try (1...3).map { try index.count(user: $0, query: query) } == [20, 0, 20])
        // After a crash, one record says it of all segments; mails that come later live.
        let (crashed, _) = try folder.open()
        #expect(try crashed.count(user: 2, query: query) == 0)
        try crashed.add([TestMail.make(user: 2, number: 61, body: "shared words")])
        #expect(try crashed.search(user: 2, query: query, limit: 9).numbers == [61])
        try index.flush()
        while try index.mergeIfNeeded() {}
        #expect(index.statistics().runs.allSatisfy { $0.users == 2 && $0.dead == 0 })
        try index.close()
        let (again, covers) = try folder.open()
        #expect(covers == 60)
        #expect(try (1...3).map { try again.count(user: $0, query: query) } == [20, 0, 20])
        try again.close()
    }

    @Test func `the end of an account costs the disk the same however many mails there were`() throws {
        let folder = try TestFolder()
        let (index, _) = try folder.open()
        for round in UInt32(0)..<3 {
            try index.add((1...500).map { TestMail.make(user: 1 + $0 / 490, number: round * 500 + $0, body: "shared") })
            try index.flush()
        }
        let costs = try [UInt32(1), 2].map { user in
            let before = index.statistics().octetsWritten
            try index.removeUser(user)
            return index.statistics().octetsWritten - before
        }
        #expect(costs == [10, 10])
        let (again, _) = try folder.open()
        #expect(again.statistics().runs.map(\.dead) == [500, 500, 500])
    }

    @Test func `everything is written front to back, once`() throws {
        let folder = try TestFolder()
        let disk = WatchedDisk()
        let (index, _) = try InvertedIndex.open(
            directory: folder.path, fileSystem: disk, options: IndexOptions(levelZeroSize: 8 << 20, fanOut: 2))
        for round in UInt32(0)..<6 {
            try index.add(
                (1...300).map { number in
                    TestMail.make(
                        user: number % 7, number: round * 300 + number, body: "w\(number) common \(number &* 7_919)")
                })
            try index.remove(user: 1, numbers: [round * 300 + 1])
            try index.flush()
            while try index.mergeIfNeeded() {}
        }
        try index.close()
        let files = disk.log.withLock { $0 }
        #expect(files.keys.filter { $0.hasSuffix(".segment") }.count > 8)
        for (path, file) in files {
            #expect(file.isSequential, "\(path) was written out of order")
            #expect(file.written > 0)
        }
    }

    /// How many descriptors the process has for files of the folder; tests beside this one have others.
    private static func openFiles(in folder: TestFolder) throws -> Int {
        let place = URL(filePath: folder.path).resolvingSymlinksInPath().path() + "/"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { descriptor in
            let file = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
            return file?.hasPrefix(place) == true
        }
    }
}

/// The real disk, with a note of every write.
private final class WatchedDisk: FileSystem {
    struct Writes {
        var written = 0
        var isSequential = true
    }

    let log = Mutex<[String: Writes]>([:])
    private let disk = LocalFileSystem()

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        WatchedFile(try disk.open(path, mode), self)
    }

    func note(_ path: String, _ offset: Int, _ count: Int) {
        log.withLock { log in
            var writes = log[path] ?? Writes()
            if offset != writes.written { writes.isSequential = false }
            writes.written = offset + count
            log[path] = writes
        }
    }

    func rename(_ source: String, to target: String) throws(FileError) {
        try disk.rename(source, to: target)
        log.withLock { $0[target] = $0.removeValue(forKey: source) }
    }

    func remove(_ path: String) throws(FileError) { try disk.remove(path) }
    func list(_ directory: String) throws(FileError) -> [String] { try disk.list(directory) }
    func createDirectory(_ path: String) throws(FileError) { try disk.createDirectory(path) }
    func synchronizeDirectory(_ path: String) throws(FileError) { try disk.synchronizeDirectory(path) }
    func exists(_ path: String) throws(FileError) -> Bool { try disk.exists(path) }
    func freeSpace(at path: String) throws(FileError) -> Int { try disk.freeSpace(at: path) }
}

/// A file that tells where it is written.
private final class WatchedFile: File {
    private let file: any File
    private let disk: WatchedDisk

    init(_ file: any File, _ disk: WatchedDisk) {
        self.file = file
        self.disk = disk
    }

    var path: String { file.path }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        disk.note(path, offset, bytes.count)
        try file.write(bytes, at: offset)
    }

    func size() throws(FileError) -> Int { try file.size() }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        try file.read(into: buffer, at: offset)
    }

    func allocate(_ size: Int) throws(FileError) { try file.allocate(size) }
    func truncate(to size: Int) throws(FileError) { try file.truncate(to: size) }
    func synchronize() throws(FileError) { try file.synchronize() }
    func map() throws(FileError) -> Octets { try file.map() }
    func close() { file.close() }
}
