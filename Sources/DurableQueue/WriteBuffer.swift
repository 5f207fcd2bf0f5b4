import Bytes
import Files
import Glibc

/// Gathers records for one write to a segment, in whole blocks.
///
/// Content is copied here once, and the disk takes it from here. A block that is not full yet is written with zeros
/// behind the last record, and again with what comes next, until it is durable.
final class WriteBuffer {
    /// A group of 64 mails of usual size fits, and the memory is one huge page where the system has them, so that the
    /// disk is told of a group as one stretch, and not page by page.
    private static let capacity = 2 << 20

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: capacity)
    private var count = 0
    /// Where in the file the memory begins, which is at a block.
    private var start = 0
    private var isOpenEnded = false

    init() {
        // A wish: without it everything is the same, and a little slower.
        madvise(memory.baseAddress, memory.count, MADV_HUGEPAGE)
    }

    deinit { memory.deallocate() }

    /// Forgets what is not written yet, and goes on at the beginning of a file.
    func begin() {
        start = 0
        count = 0
        isOpenEnded = false
    }

    /// Where the next record goes.
    var end: Int { start + count }

    func append(_ header: SegmentHeader) {
        header.write(to: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
        count += SegmentHeader.size
    }

    func append(_ record: PreparedRecord, _ header: RecordHeader, to file: any File) throws(FileError) {
        isOpenEnded = true
        if count + RecordHeader.size > Self.capacity { try writeFullBlocks(to: file) }
        header.write(to: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
        count += RecordHeader.size
        try record.prefix.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try append(UnsafeRawBufferPointer(bytes), to: file)
        }
        if let content = record.content {
            try content.withUnsafeBytes { (bytes) throws(FileError) in try append(bytes, to: file) }
        }
        // Records begin at multiples of 8, and so does the capacity: the zeros fit.
        fill(header.paddedSize - RecordHeader.size - header.length)
    }

    /// Writes what was gathered, and a mark behind it by which the next start knows the end.
    func finish(to file: any File, size: Int) throws(FileError) {
        guard isOpenEnded else { return }
        if count + Self.mark > Self.capacity { try writeFullBlocks(to: file) }
        let used = count
        fill(min(FileBlock.roundUp(used + Self.mark), size - start) - used)
        try file.write(UnsafeRawBufferPointer(rebasing: memory[..<count]), at: start)
        count = used
        forgetFullBlocks()
        isOpenEnded = false
    }

    /// Goes on at the next block: those before are durable, and a disk that fails while it writes one of them again could
    /// lose what was acknowledged.
    func skipToBlock() {
        start += FileBlock.roundUp(count)
        count = 0
    }

    /// Zeros where the next record's magic number will be.
    private static let mark = 8

    private func append(_ bytes: UnsafeRawBufferPointer, to file: any File) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            if count == Self.capacity { try writeFullBlocks(to: file) }
            let part = rest.prefix(Self.capacity - count)
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: part))
            count += part.count
            rest = UnsafeRawBufferPointer(rebasing: rest[part.endIndex...])
        }
    }

    private func fill(_ number: Int) {
        for offset in count..<count + number { memory[offset] = 0 }
        count += number
    }

    private func writeFullBlocks(to file: any File) throws(FileError) {
        try file.write(UnsafeRawBufferPointer(rebasing: memory[..<(count - count % FileBlock.size)]), at: start)
        forgetFullBlocks()
    }

    /// Keeps only the octets of a block that is not full.
    private func forgetFullBlocks() {
        let full = count - count % FileBlock.size
        memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[full..<count]))
        start += full
        count -= full
    }
}
