import Bytes
import Files

/// Writes one segment, front to back: users rising, for each its words rising, then its index and columns.
final class SegmentWriter {
    /// One mail of a user, in the order of rows: newest first.
    struct Mail {
        var number: UInt32
        var size: UInt32
        var date: Int64
        var thread: UInt64
        var bits: UInt8
    }

    private let pages: PageWriter
    private let file: any File
    private var directory = ByteBuilder()
    private var userCount = 0
    private var mailCount = 0

    // The user that is being written.
    private var user: UInt32 = 0
    private var sectionStart = 0
    private var blockIndex = ByteBuilder()
    private var blockKeys = ByteBuilder()
    private var blockCount = 0

    // The dictionary block that is being filled.
    private var block = ByteBuilder()
    private var list = ByteBuilder()
    private var termsInBlock = 0
    private var listsStart = 0
    private var lastKey: [UInt8] = []
    private var scratch = ByteBuilder(capacity: 128)

    /// Begins a new file.
    init(fileSystem: any FileSystem, path: String) throws(IndexError) {
        file = try onDisk { () throws(FileError) in try fileSystem.open(path, .create) }
        pages = PageWriter(file)
        var header = ByteBuilder(capacity: SegmentLayout.headerSize)
        header.append(SegmentLayout.magic)
        header.append(SegmentLayout.version)
        header.append(UInt32(SegmentLayout.pageSize))
        try pages.write(header.bytes)
    }

    /// Begins a user, whose id is above those before.
    func begin(user: UInt32) {
        self.user = user
        sectionStart = pages.offset
        listsStart = pages.offset
        blockIndex.removeAll()
        blockKeys.removeAll()
        blockCount = 0
    }

    /// Adds a term, whose key (field and token) is above those before, with its mails.
    func add(key: UnsafeRawBufferPointer, _ postings: borrowing PostingsList) throws(IndexError) {
        if termsInBlock == 0 { beginBlock(key) }
        list.removeAll()
        postings.encode(into: &list)
        let shared = termsInBlock == 0 ? 0 : Self.commonLength(lastKey, key)
        block.append(varint: shared)
        block.append(varint: key.count - shared)
        block.append(UnsafeRawBufferPointer(rebasing: key[shared...]))
        block.append(varint: postings.count)
        if list.count <= SegmentLayout.inlineLimit {
            block.append(varint: list.count << 1)
            block.append(list.bytes)
        } else {
            block.append(varint: list.count << 1 | 1)
            block.append(varint: Int(postings.rows[0]))
            try pages.write(list.bytes)
        }
        lastKey.removeAll(keepingCapacity: true)
        lastKey.append(contentsOf: key)
        termsInBlock += 1
        if termsInBlock == SegmentLayout.termsPerBlock { try endBlock() }
    }

    /// Adds a term whose key stands in an array.
    func add(key: [UInt8], _ postings: borrowing PostingsList) throws(IndexError) {
        scratch.removeAll()
        for byte in key { scratch.append(byte) }
        try add(key: scratch.bytes, postings)
    }

    /// Ends the user with its mails.
    func endUser(_ mails: [Mail]) throws(IndexError) {
        try endBlock()
        let indexStart = pages.offset
        try pages.write(blockIndex.bytes)
        try pages.write(blockKeys.bytes)
        let columnsStart = pages.offset
        try writeColumns(mails)
        directory.append(user)
        directory.append(UInt32(mails.count))
        directory.append(mails.last?.number ?? 0)
        directory.append(mails.first?.number ?? 0)
        directory.append(UInt32(blockCount))
        directory.append(UInt32(blockKeys.count))
        directory.append(UInt64(sectionStart))
        directory.append(UInt64(indexStart - sectionStart))
        directory.append(UInt64(columnsStart - sectionStart))
        userCount += 1
        mailCount += mails.count
    }

    /// Ends the file and makes it durable; returns its size.
    func finish() throws(IndexError) -> Int {
        let directoryStart = pages.offset
        try pages.write(directory.bytes)
        try pages.finishPages()
        let end = pages.offset
        var trailer = ByteBuilder()
        for checksum in pages.checksums { trailer.append(checksum) }
        let tableChecksum = CRC32C.checksum(of: trailer.bytes)
        let footerStart = trailer.count
        trailer.append(UInt64(directoryStart))
        trailer.append(UInt64(end))
        trailer.append(UInt64(userCount))
        trailer.append(UInt64(mailCount))
        trailer.append(tableChecksum)
        trailer.append(SegmentLayout.version)
        trailer.append(UInt64(0))
        trailer.append(UInt32(0))
        trailer.append(CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: trailer.bytes[footerStart...])))
        trailer.append(SegmentLayout.magic)
        try pages.writeTrailer(trailer.bytes)
        let size = pages.offset
        try onDisk { () throws(FileError) in try file.synchronize() }
        file.close()
        return size
    }

    // MARK: Blocks

    private func beginBlock(_ key: UnsafeRawBufferPointer) {
        listsStart = pages.offset
        blockKeys.append(key)
        blockIndex.append(Self.leading(key))
        blockIndex.append(UInt32(blockKeys.count - key.count))
        blockIndex.append(UInt32(key.count))
    }

    private func endBlock() throws(IndexError) {
        guard termsInBlock > 0 else { return }
        let offset = pages.offset - sectionStart
        blockIndex.append(UInt64(offset))
        list.removeAll()
        list.append(UInt8(termsInBlock))
        list.append(varint: pages.offset - listsStart)
        list.append(varint: block.count)
        try pages.write(list.bytes)
        try pages.write(block.bytes)
        block.removeAll()
        termsInBlock = 0
        blockCount += 1
    }

    private func writeColumns(_ mails: [Mail]) throws(IndexError) {
        var columns = ByteBuilder(capacity: max(1, mails.count * SegmentLayout.columnsPerMail))
        for mail in mails { columns.append(mail.number) }
        for mail in mails { columns.append(mail.size) }
        for mail in mails { columns.append(mail.date) }
        for mail in mails { columns.append(mail.thread) }
        for mail in mails { columns.append(mail.bits) }
        try pages.write(columns.bytes)
    }

    /// The first eight octets of a key as a number that compares as the key does.
    static func leading(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | (index < key.count ? UInt64(key[index]) : 0) }
        return value
    }

    private static func commonLength(_ left: [UInt8], _ right: UnsafeRawBufferPointer) -> Int {
        let limit = min(left.count, right.count)
        var length = 0
        while length < limit, left[length] == right[length] { length += 1 }
        return length
    }
}
