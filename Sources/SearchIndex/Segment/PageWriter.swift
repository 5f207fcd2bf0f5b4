import Bytes
import Files

/// Writes a file front to back, once, and keeps a checksum of each page.
final class PageWriter {
    /// How much is handed to the system at once; a multiple of the page.
    static let chunk = SegmentLayout.pageSize * 16

    private let file: any File
    private let buffer: UnsafeMutableRawPointer
    private var filled = 0
    private var flushed = 0
    private(set) var checksums: [UInt32] = []

    init(_ file: any File) {
        self.file = file
        buffer = .allocate(byteCount: Self.chunk, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// How much has been written.
    var offset: Int { flushed + filled }

    func write(_ bytes: UnsafeRawBufferPointer) throws(IndexError) {
        var rest = bytes
        while rest.count > 0, let source = rest.baseAddress {
            let count = min(rest.count, Self.chunk - filled)
            (buffer + filled).copyMemory(from: source, byteCount: count)
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == Self.chunk { try flush() }
        }
    }

    /// Writes the rest; what comes later has no page checksum.
    func finishPages() throws(IndexError) {
        try flush()
    }

    /// Writes behind the pages.
    func writeTrailer(_ bytes: UnsafeRawBufferPointer) throws(IndexError) {
        try onDisk { () throws(FileError) in try file.write(bytes, at: flushed) }
        flushed += bytes.count
    }

    private func flush() throws(IndexError) {
        guard filled > 0 else { return }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: filled)
        for start in stride(from: 0, to: filled, by: SegmentLayout.pageSize) {
            let end = min(start + SegmentLayout.pageSize, filled)
            checksums.append(CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
        }
        try onDisk { () throws(FileError) in try file.write(bytes, at: flushed) }
        flushed += filled
        filled = 0
    }
}
