import Bytes
import Files

extension Journal {
    /// How a record may use the space that is left.
    enum Purpose {
        /// Refused when space runs short.
        case message
        /// May use the reserve: with outcomes space becomes free.
        case outcome
        /// May use the last octets, too: it frees segments.
        case retirement
    }

    /// What is left for a record that frees segments, which is a group of its own.
    private static let retirementRoom = FileBlock.size

    /// Whether a record of this size may be written behind the others.
    func fits(_ size: Int, _ purpose: Purpose) -> Bool {
        guard let current else { return false }
        let reserve =
            switch purpose {
            case .message: spares.isEmpty ? segmentSize / Self.reserveDivisor : Self.retirementRoom
            case .outcome: Self.retirementRoom
            case .retirement: 0
            }
        return buffer.end + size + reserve <= current.size
    }

    /// What a segment must hold beside a record: its header and the checkpoint, in blocks of their own.
    private func overhead() -> Int {
        let checkpoint = Record.checkpoint(Checkpoint(ledgers: ledgers.dictionary, segments: manifest)).encoded().prefix
            .count
        // A segment that is about to be sealed joins the list.
        let joining = current == nil ? 0 : 32
        return FileBlock.roundUp(SegmentHeader.size + RecordHeader.paddedSize(payload: checkpoint + joining))
    }

    private var manifest: [Checkpoint.Segment] {
        sealed.map { Checkpoint.Segment(number: $0.number, end: $0.end, count: $0.count) }
    }

    /// Reserves the space of a further segment, unless there is a spare.
    func provideSpare(for size: Int, _ purpose: Purpose) throws(FileError) {
        if let refusal { throw refusal }
        let needed = overhead() + size
        if spares.contains(where: { $0.size >= needed }) { return }
        do throws(FileError) {
            try makeSpare(size: max(segmentSize, needed))
        } catch {
            guard purpose != .message, error.isOutOfSpace, needed < segmentSize else { throw error }
            try makeSpare(size: max(needed, min(segmentSize, Self.smallestSegment * 2)))
        }
    }

    private func makeSpare(size needed: Int) throws(FileError) {
        let size = FileBlock.roundUp(needed)
        let path = path(.spare(nextNumber))
        nextNumber += 1
        do throws(FileError) {
            let file = try fileSystem.open(path, .create)
            defer { file.close() }
            try file.allocate(size)
            // So that a segment which is shorter than its header says was cut, and not just caught by a crash.
            try file.synchronize()
        } catch {
            discard(path)
            throw error
        }
        spares.append(Spare(path: path, size: size))
    }

    /// Begins a segment in a spare file: once this returns, its header and checkpoint are durable.
    func begin(for size: Int) throws(FileError) {
        let needed = overhead() + size
        guard let index = spares.firstIndex(where: { $0.size >= needed }) else {
            throw FileError(.allocate, path: directory, code: 28)
        }
        let spare = spares.remove(at: index)
        let number = nextNumber
        nextNumber += 1
        let path = path(.segment(number))
        let first = nextSequence
        do throws(FileError) {
            try fileSystem.rename(spare.path, to: path)
            let file = try fileSystem.open(path, .updateInBlocks)
            let salt = UInt64.random(in: .min ... .max)
            current = Current(number: number, file: file, size: spare.size, firstSequence: first, salt: salt)
            buffer.begin()
            buffer.append(
                SegmentHeader(number: number, firstSequence: first, created: now(), size: spare.size, salt: salt))
            _ = try write(PreparedRecord(.checkpoint(Checkpoint(ledgers: ledgers.dictionary, segments: manifest))))
            try synchronize()
            try fileSystem.synchronizeDirectory(directory)
        } catch {
            // Nothing in it counts, so nothing is lost with it.
            current?.file.close()
            current = nil
            nextSequence = first
            firstUnsynced = first
            discard(path)
            discard(spare.path)
            throw error
        }
    }

    /// Removes a file in which nothing counts.
    ///
    /// Where that fails, the next start finds it and sees the same.
    func discard(_ path: String) {
        do { try fileSystem.remove(path) } catch {}
    }

    /// How many files of retired segments are kept for later ones, which saves the disk making new space.
    private static let spareLimit = 2

    /// Lets go of the files of segments that a durable record has retired.
    func release(through number: UInt64) {
        while let first = sealed.first, first.number <= number {
            sealed.removeFirst()
            let old = path(.segment(first.number))
            do {
                if first.fate == .setAside {
                    try fileSystem.rename(old, to: path(.damaged(first.number)))
                } else if first.fate == .reuse, spares.count < Self.spareLimit, first.size == segmentSize {
                    let new = path(.spare(first.number))
                    try fileSystem.rename(old, to: new)
                    spares.append(Spare(path: new, size: first.size))
                } else {
                    try fileSystem.remove(old)
                }
            } catch {
                continue  // the next start finds it retired and lets go of it then
            }
        }
    }
}
