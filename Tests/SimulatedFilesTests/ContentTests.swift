import Files
import SimulatedFiles
import Testing

/// Files of the simulated disk beside plain arrays of octets.
struct ContentTests {
    @Test(arguments: UInt64(1)...20)
    func `writes, cuts and extensions give what they give to an array`(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let disk = SimulatedFileSystem()
        let file = try disk.open("/a", .create)
        var array: [UInt8] = []
        for _ in 0..<60 {
            let offset = Int.random(in: 0...20_000, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                try file.truncate(to: offset)
                array = Array(array.prefix(offset)) + [UInt8](repeating: 0, count: max(0, offset - array.count))
            case 1:
                try file.allocate(offset)
                array += [UInt8](repeating: 0, count: max(0, offset - array.count))
            default:
                let count = Int.random(in: 0...9_000, using: &generator)
                let octets = (0..<count).map { _ in UInt8.random(in: 1...255, using: &generator) }
                try octets.withUnsafeBytes { try file.write($0, at: offset) }
                if count > 0 { array += [UInt8](repeating: 0, count: max(0, offset + count - array.count)) }
                array.replaceSubrange(offset..<offset + (count > 0 ? count : 0), with: octets)
            }
            #expect(disk.content(of: "/a") == array)
            let range = offset..<offset + 5_000
            #expect(try file.read(into: range, of: array))
        }
    }

    @Test func `reserved space costs nothing, however much it is`() throws {
        let disk = SimulatedFileSystem()
        let file = try disk.open("/a", .create)
        try file.allocate(1 << 40)
        try [UInt8(7)].withUnsafeBytes { try file.write($0, at: 1 << 39) }
        try file.synchronize()
        try disk.synchronizeDirectory("/")
        let again = try disk.crash(.everything, seed: 0).open("/a", .read)
        #expect(try again.size() == 1 << 40)
        #expect(try again.read((1 << 39) - 1..<(1 << 39) + 2) == [0, 7, 0])
    }

    @Test func `a crash is shown at every operation, with what was done up to then`() throws {
        let disk = SimulatedFileSystem()
        let seen = Crashes()
        disk.watchCrashes { seen.add($0) }
        let file = try disk.open("/a", .create)
        try Array("abcdef".utf8).withUnsafeBytes { try file.write($0, at: 0) }
        try file.synchronize()
        try disk.synchronizeDirectory("/")
        #expect(seen.disks.count == 4 && disk.operationCount == 4)
        let contents = seen.disks.map { $0.crash(.nothing, seed: 0).content(of: "/a").map(\.count) }
        #expect(contents[0] == nil && contents[2] == 6 && contents[3] == 6)
        #expect((0...6).contains(contents[1] ?? -1), "a write may happen in part")
        #expect(seen.disks.allSatisfy { $0.crash(.everything, seed: 0).content(of: "/a") == nil })
    }

    @Test func `after a failed synchronisation what was written counts as lost, though it can be read`() throws {
        var lost = 0
        for seed in UInt64(0)..<20 {
            let disk = SimulatedFileSystem(seed: seed)
            let file = try disk.open("/a", .create)
            try disk.synchronizeDirectory("/")
            try Array("abc".utf8).withUnsafeBytes { try file.write($0, at: 0) }
            disk.planAlways(.inputOutput, for: .synchronize)
            #expect(throws: FileError.self) { try file.synchronize() }
            disk.heal()
            try file.synchronize()
            #expect(try file.read(0..<3) == Array("abc".utf8))
            if disk.crash(.everything, seed: 0).content(of: "/a") == [] { lost += 1 }
        }
        #expect((1..<20).contains(lost), "the second call makes nothing durable that the first gave up")
    }
}

extension File {
    /// Whether a range reads as the array has it.
    fileprivate func read(into range: Range<Int>, of array: [UInt8]) throws -> Bool {
        var buffer = [UInt8](repeating: 0xEE, count: range.count)
        let count = try buffer.withUnsafeMutableBytes { try read(into: $0, at: range.lowerBound) }
        return Array(buffer[..<count]) == Array(array.dropFirst(range.lowerBound).prefix(range.count))
    }
}
