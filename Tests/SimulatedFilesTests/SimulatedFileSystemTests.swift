import Files
import SimulatedFiles
import Testing

/// What the simulated disk keeps and loses.
struct SimulatedFileSystemTests {
    private func write(_ text: String, to path: String, at offset: Int = 0, on disk: SimulatedFileSystem) throws {
        let file = try disk.open(path, .updateOrCreate)
        try Array(text.utf8).withUnsafeBytes { try file.write($0, at: offset) }
    }

    private func durable(_ text: String, at path: String, on disk: SimulatedFileSystem) throws {
        try write(text, to: path, on: disk)
        try disk.open(path, .read).synchronize()
        try disk.synchronizeDirectory("/")
    }

    private func text(_ path: String, on disk: SimulatedFileSystem) -> String? {
        disk.content(of: path).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `what was not synchronised is lost`() throws {
        let disk = SimulatedFileSystem()
        try durable("old", at: "/a", on: disk)
        try write("new", to: "/a", on: disk)
        #expect(text("/a", on: disk) == "new")
        #expect(text("/a", on: disk.crash(.everything, seed: 0)) == "old")
        #expect(text("/a", on: disk.crash(.nothing, seed: 0)) == "new")
    }

    @Test func `a name is lost until its directory is synchronised`() throws {
        let disk = SimulatedFileSystem()
        try durable("one", at: "/a", on: disk)
        try disk.rename("/a", to: "/b")
        #expect(text("/b", on: disk.crash(.names, seed: 0)) == nil)
        #expect(text("/a", on: disk.crash(.names, seed: 0)) == "one")
        try disk.synchronizeDirectory("/")
        #expect(text("/b", on: disk.crash(.everything, seed: 0)) == "one")
        try disk.remove("/b")
        #expect(text("/b", on: disk.crash(.everything, seed: 0)) == "one")
    }

    @Test(arguments: [(0, 4_096, true), (8_192, 8_192, true), (512, 4_096, false), (0, 4_088, false)])
    func `a file that is written in blocks takes nothing else`(_ offset: Int, _ count: Int, _ isTaken: Bool) throws {
        let disk = SimulatedFileSystem()
        try write("old", to: "/a", on: disk)
        let file = try disk.open("/a", .updateInBlocks)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: FileBlock.size)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0x61)
        func put(from start: Int) throws {
            try file.write(UnsafeRawBufferPointer(rebasing: memory[start..<start + count]), at: offset)
        }
        if isTaken { try put(from: 0) } else { #expect(throws: FileError.self) { try put(from: 0) } }
        #expect(throws: FileError.self) { try put(from: 8) }
        #expect(try file.size() == (isTaken ? offset + count : 3))
    }
}
