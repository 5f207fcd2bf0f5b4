import Bytes
import Dispatch
import Files
import SearchIndex
import Synchronization
import Testing

/// Who waits for whom while segments are written.
struct PacingTests {
    private static let options = IndexOptions(levelZeroSize: 8 << 20)

    /// A mail of many words that no other has.
    private static func long(_ number: UInt32) -> IndexedMail {
        TestMail.make(number: number, body: (0..<4_000).map { "w\(number)x\($0) " }.joined())
    }

    /// How many long mails fill level 0, the last of them in the next.
    private static func mailsToFill() throws -> UInt32 {
        let folder = try TestFolder()
        let (index, _) = try folder.open(options)
        var number: UInt32 = 0
        while index.statistics().flushes == 0 {
            number += 1
            try index.add([long(number)])
        }
        try index.close()
        #expect(try folder.open().1 == UInt64(number))
        return number
    }

    @Test func `mails are added and found while a flush stands still`() throws {
        let folder = try TestFolder()
        let disk = GatedDisk()
        let (index, _) = try InvertedIndex.open(directory: folder.path, fileSystem: disk, options: Self.options)
        index.startMerging()
        let count = try Self.mailsToFill()
        for number in 1...count { try index.add([Self.long(number)]) }
        disk.arrived.wait()
        for number in count + 1...count + 50 {
            try index.add([TestMail.make(number: number, body: "late w\(number)")])
            #expect(try index.search(user: 1, query: folder.query("w\(number) "), limit: 2).numbers == [number])
        }
        #expect(try index.count(user: 1, query: folder.query("late ")) == 50)
        #expect(index.statistics().flushes == 0)
        disk.open()
        try index.close()
        #expect(try folder.open().1 == UInt64(count) + 50)
    }
}

/// The real disk, on which no segment is begun until the gate is opened.
private final class GatedDisk: FileSystem {
    /// Told when somebody waits at the gate.
    let arrived = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)
    private let isOpen = Atomic<Bool>(false)
    private let disk = LocalFileSystem()

    func open() {
        isOpen.store(true, ordering: .releasing)
        gate.signal()
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        if path.hasSuffix(".segment"), mode == .create, !isOpen.load(ordering: .acquiring) {
            arrived.signal()
            gate.wait()
        }
        return try disk.open(path, mode)
    }

    func rename(_ source: String, to target: String) throws(FileError) { try disk.rename(source, to: target) }
    func remove(_ path: String) throws(FileError) { try disk.remove(path) }
    func list(_ directory: String) throws(FileError) -> [String] { try disk.list(directory) }
    func createDirectory(_ path: String) throws(FileError) { try disk.createDirectory(path) }
    func synchronizeDirectory(_ path: String) throws(FileError) { try disk.synchronizeDirectory(path) }
    func exists(_ path: String) throws(FileError) -> Bool { try disk.exists(path) }
    func freeSpace(at path: String) throws(FileError) -> Int { try disk.freeSpace(at: path) }
}
