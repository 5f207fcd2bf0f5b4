import Bytes
import Files
import Synchronization

/// A segment that is read: one immutable file, mapped into memory.
///
/// Every page is verified before anything of it is believed, once, on first touch.
/// Proof of `@unchecked`: the mapped octets and all stored properties never change; `verified` is atomic.
final class Segment: @unchecked Sendable {
    let id: UInt64
    let level: Int
    /// The name of the file in the index's directory.
    let file: String
    let size: Int
    let mailCount: Int
    let userCount: Int
    let base: UnsafeRawPointer
    private let octets: Octets
    private let directoryStart: Int
    private let pagesEnd: Int
    private let pageCount: Int
    /// One octet for each page: 1 if it was verified.
    private let verified: Arena
    /// How many pages have been verified.
    let pagesVerified = Atomic<Int>(0)

    /// Opens a segment and verifies what its end says of it.
    init(id: UInt64, level: Int, directory: String, fileSystem: any FileSystem) throws(IndexError) {
        self.id = id
        self.level = level
        let name = SegmentLayout.name(id)
        file = name
        let path = directory + "/" + name
        octets = try onDisk { () throws(FileError) -> Octets in
            let opened = try fileSystem.open(path, .read)
            defer { opened.close() }
            return try opened.map()
        }
        size = octets.count
        // The mapping lives as long as `octets`, which lives as long as this object.
        nonisolated(unsafe) var address = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        octets.withUnsafeBytes { buffer in
            if let start = buffer.baseAddress { address = start }
        }
        base = address
        let footer = try SegmentFooter(octets, file: name)
        directoryStart = footer.directoryStart
        pagesEnd = footer.pagesEnd
        pageCount = footer.pageCount
        userCount = footer.userCount
        mailCount = footer.mailCount
        verified = Arena(size: footer.pageCount)
    }

    // MARK: Pages

    /// Makes sure that the pages of a range are what was written.
    @inline(__always)
    func verify(_ start: Int, _ count: Int) throws(IndexError) {
        let first = start / SegmentLayout.pageSize
        let last = (start + max(count, 1) - 1) / SegmentLayout.pageSize
        for page in first...last {
            guard page < pageCount, isVerified(page).pointee.load(ordering: .relaxed) else {
                try verifyPage(page)
                continue
            }
        }
    }

    /// Verifies everything.
    func verifyAll() throws(IndexError) {
        for page in 0..<pageCount { try verifyPage(page) }
    }

    private func verifyPage(_ page: Int) throws(IndexError) {
        guard page < pageCount else { throw .corruptPage(file: file, page: page) }
        let start = page * SegmentLayout.pageSize
        let count = min(SegmentLayout.pageSize, pagesEnd - start)
        let checksum = CRC32C.checksum(of: UnsafeRawBufferPointer(start: base + start, count: count))
        guard checksum == base.u32(pagesEnd + page * 4) else { throw .corruptPage(file: file, page: page) }
        // Two threads may verify a page at once; one of them counts it.
        if !isVerified(page).pointee.exchange(true, ordering: .relaxed) { pagesVerified.add(1, ordering: .relaxed) }
    }

    private func isVerified(_ page: Int) -> UnsafeMutablePointer<Atomic<Bool>> {
        (verified.base + page).assumingMemoryBound(to: Atomic<Bool>.self)
    }

    // MARK: Users

    /// The mails of a user; nil if it has none here.
    func section(user: UInt32) throws(IndexError) -> SegmentSection? {
        var low = 0
        var high = userCount
        while low < high {
            let middle = (low + high) / 2
            let offset = directoryStart + middle * SegmentLayout.userEntrySize
            try verify(offset, SegmentLayout.userEntrySize)
            if base.u32(offset) < user { low = middle + 1 } else { high = middle }
        }
        guard low < userCount, let section = try section(at: low), section.user == user else { return nil }
        return section
    }

    /// The user at a place of the directory.
    func section(at index: Int) throws(IndexError) -> SegmentSection? {
        guard index < userCount else { return nil }
        let offset = directoryStart + index * SegmentLayout.userEntrySize
        try verify(offset, SegmentLayout.userEntrySize)
        return SegmentSection(segment: self, entry: offset)
    }
}

/// What the last octets of a segment say.
private struct SegmentFooter {
    let directoryStart: Int
    let pagesEnd: Int
    let pageCount: Int
    let userCount: Int
    let mailCount: Int

    init(_ octets: Octets, file: String) throws(IndexError) {
        guard octets.count >= SegmentLayout.headerSize + SegmentLayout.footerSize else {
            throw .corruptSegment(file: file, reason: "it has only \(octets.count) octets")
        }
        let start = octets.count - SegmentLayout.footerSize
        func number(_ offset: Int) -> UInt64 {
            octets.withUnsafeBytes { $0.baseAddress.map { $0.u64(start + offset) } ?? 0 }
        }
        let checksum = octets.withUnsafeBytes(in: start..<start + 52) { CRC32C.checksum(of: $0) }
        guard number(56) == SegmentLayout.magic, UInt32(truncatingIfNeeded: number(48) >> 32) == checksum else {
            throw .corruptSegment(file: file, reason: "its footer does not match its checksum")
        }
        let version = UInt32(truncatingIfNeeded: number(32) >> 32)
        guard version == SegmentLayout.version else {
            throw .otherFormat(file: file, format: version)
        }
        directoryStart = Int(number(0))
        pagesEnd = Int(number(8))
        userCount = Int(number(16))
        mailCount = Int(number(24))
        pageCount = (pagesEnd + SegmentLayout.pageSize - 1) / SegmentLayout.pageSize
        guard pagesEnd + pageCount * 4 == start else {
            throw .corruptSegment(file: file, reason: "it is not as long as its footer says")
        }
        let table = octets.withUnsafeBytes(in: pagesEnd..<start) { CRC32C.checksum(of: $0) }
        guard table == UInt32(truncatingIfNeeded: number(32)) else {
            throw .corruptSegment(file: file, reason: "its table of checksums does not match its checksum")
        }
    }
}
