import Files
import SearchIndex
import SimulatedFiles
import Synchronization
import Testing

/// The disk refuses a record of the manifest, and later the power fails.
struct FailedWriteTests {
    private static let directory = "/index"

    /// So many segments make one merge, whose record is longer by their numbers than that of a flush.
    private static let fanOut = 16

    private func open(_ disk: SimulatedFileSystem) throws -> (InvertedIndex, UInt64) {
        try disk.createDirectory(Self.directory)
        try disk.synchronizeDirectory("/")
        return try InvertedIndex.open(directory: Self.directory, fileSystem: disk)
    }

    private func mails(_ numbers: UInt32...) -> [IndexedMail] {
        numbers.map { TestMail.make(number: $0, subject: "mail \($0)") }
    }

    @Test(arguments: [OperationKind.write, .synchronize])
    func `a late mail whose debt could not be written is owed until it is`(_ kind: OperationKind) throws {
        let disk = SimulatedFileSystem()
        let (index, _) = try open(disk)
        try index.add(mails(1, 2, 4, 5))
        try index.flush()
        disk.planAlways(.inputOutput, for: kind)
        #expect(throws: IndexError.self) { try index.add(mails(3)) }
        // The step is tried again: the mail is known by now, and nothing is written for it but the debt.
        #expect(throws: IndexError.self) { try index.add(mails(3)) }
        disk.heal()
        try index.add(mails(3))
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 2)
    }

    @Test func `a mail that is in memory only is not promised by a merge after a failed flush`() throws {
        let disk = SimulatedFileSystem()
        try disk.createDirectory(Self.directory)
        try disk.synchronizeDirectory("/")
        let options = IndexOptions(fanOut: 2)
        let (index, _) = try InvertedIndex.open(directory: Self.directory, fileSystem: disk, options: options)
        for number in UInt32(1)...2 {
            try index.add(mails(number))
            try index.flush()
        }
        try index.add(mails(3))
        // The segment's own synchronisation passes, and that of the manifest does not.
        let before = disk.operationCount
        let copy = disk.crash(.nothing, seed: 0)
        let (twin, _) = try InvertedIndex.open(directory: Self.directory, fileSystem: copy, options: options)
        try twin.add(mails(3))
        let begun = copy.operationCount
        try twin.flush()
        disk.plan(.inputOutput, at: before + copy.operationCount - begun)
        #expect(throws: IndexError.self) { try index.flush() }
        #expect(try index.mergeIfNeeded())
        #expect(try open(disk.crash(.nothing, seed: 0)).1 == 2)
        try index.flush()
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 3)
    }

    @Test(arguments: [Fault.inputOutput, .outOfSpace])
    func `a crash at any operation after a record of the manifest was written in part loses no promise`(
        _ fault: Fault
    ) throws {
        let options = IndexOptions(fanOut: Self.fanOut)
        func open(_ disk: SimulatedFileSystem) throws -> (InvertedIndex, UInt64) {
            try disk.createDirectory(Self.directory)
            try disk.synchronizeDirectory("/")
            return try InvertedIndex.open(directory: Self.directory, fileSystem: disk, options: options)
        }
        let last = UInt32(Self.fanOut) + 1
        let images = Mutex<[SimulatedFileSystem]>([])
        /// A merge fails at one of its operations; the record of the flush behind it is shorter than the merge's.
        func run(_ disk: SimulatedFileSystem, failingAt offset: Int) throws {
            let (index, _) = try open(disk)
            for number in 1...UInt32(Self.fanOut) {
                try index.add(mails(number))
                try index.flush()
            }
            disk.plan(fault, at: disk.operationCount + offset)
            do { _ = try index.mergeIfNeeded() } catch {}  // as planned
            disk.heal()
            disk.watchCrashes { image in images.withLock { $0.append(image) } }
            try index.add(mails(last))
            try index.flush()
            try index.close()
        }
        for offset in 1...12 {
            let disk = SimulatedFileSystem(seed: UInt64(offset))
            images.withLock { $0 = [] }
            try run(disk, failingAt: offset)
            for (number, image) in images.withLock({ $0 }).enumerated() {
                for loss in Loss.allCases {
                    let left = image.crash(loss, seed: UInt64(number))
                    let (index, promised) = try open(left)
                    // What is not promised is given again, as the store does; then everything is found.
                    #expect(promised >= UInt64(Self.fanOut), "\(offset), \(number), \(loss)")
                    if promised < last { try index.add(mails(last)) }
                    try index.flush()
                    #expect(try open(left.crash(.everything, seed: 0)).1 == last, "\(offset), \(number), \(loss)")
                }
            }
        }
    }

    @Test func `a merge does not promise a late mail that is in memory only`() throws {
        let disk = SimulatedFileSystem()
        try disk.createDirectory(Self.directory)
        try disk.synchronizeDirectory("/")
        let options = IndexOptions(fanOut: 2)
        let (index, _) = try InvertedIndex.open(directory: Self.directory, fileSystem: disk, options: options)
        for number: UInt32 in [1, 5] {
            try index.add(mails(number))
            try index.flush()
        }
        try index.add(mails(3))
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 2)
        #expect(try index.mergeIfNeeded())
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 2)
        try index.flush()
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 5)
    }

    @Test func `what is given again is asked for until all of it has been`() throws {
        let disk = SimulatedFileSystem()
        let (index, _) = try open(disk)
        try index.add(mails(1, 2, 3))
        try index.flush()
        try index.beginReplay(from: 2)
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 1)
        try index.beginReplay(from: 0)
        #expect(try index.discard(segment: try #require(index.statistics().runs.first).file))
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 0)
        try index.add(mails(1, 2))
        try index.flush()
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 0)
        try index.add(mails(3))
        try index.endReplay()
        #expect(try open(disk.crash(.everything, seed: 0)).1 == 3)
    }
}
