import Bytes
import Files

/// Gathers records for one write to a segment.
///
/// Content is copied here once, on its way to the file, and large content not at all.
final class WriteBuffer {
    /// A group of 64 mails of usual size fits.
    private static let capacity = 1 << 20
    /// From this size on, content is written from where it is.
    private static let largeContent = 128 << 10

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    private var count = 0
    private var start = 0
    private var isOpenEnded = false

    deinit { memory.deallocate() }

    /// Forgets what is not written yet, and goes on at an offset of a file.
    func begin(at offset: Int) {
        start = offset
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
        if count + RecordHeader.size > Self.capacity { try flush(to: file) }
        header.write(to: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
        count += RecordHeader.size
        try record.prefix.withUnsafeBufferPointer { (bytes) throws(FileError) in
            try append(UnsafeRawBufferPointer(bytes), to: file)
        }
        if let content = record.content {
            try content.withUnsafeBytes { (bytes) throws(FileError) in try append(bytes, to: file) }
        }
        try append(zeros: header.paddedSize - RecordHeader.size - header.length, to: file)
    }

    private func append(zeros number: Int, to file: any File) throws(FileError) {
        if count + number > Self.capacity { try flush(to: file) }
        for offset in count..<count + number { memory[offset] = 0 }
        count += number
    }

    /// Writes what was gathered, and a mark behind it by which the next start knows the end.
    func finish(to file: any File, size: Int) throws(FileError) {
        guard isOpenEnded else { return }
        guard end + Self.mark <= size else { return try flush(to: file) }
        try append(zeros: Self.mark, to: file)
        try file.write(UnsafeRawBufferPointer(rebasing: memory[..<count]), at: start)
        start += count - Self.mark
        count = 0
        isOpenEnded = false
    }

    /// Zeros where the next record's magic number will be.
    private static let mark = 8

    private func flush(to file: any File) throws(FileError) {
        guard count > 0 else { return }
        try file.write(UnsafeRawBufferPointer(rebasing: memory[..<count]), at: start)
        start += count
        count = 0
    }

    private func append(_ bytes: UnsafeRawBufferPointer, to file: any File) throws(FileError) {
        guard !bytes.isEmpty else { return }
        if count + bytes.count > Self.capacity || bytes.count >= Self.largeContent { try flush(to: file) }
        guard bytes.count < Self.largeContent else {
            try file.write(bytes, at: start)
            start += bytes.count
            return
        }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
    }
}
