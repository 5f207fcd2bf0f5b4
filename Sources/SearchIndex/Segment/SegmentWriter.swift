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
        var fields: FieldStarts
    }

    private let pages: PageWriter
    private let file: any File
    private var directory = ByteBuilder()
    private var userCount = 0
    private var mailCount = 0

    // The user that is being written.
    private var user: UInt32 = 0
    private var rows = 0
    private var sectionStart = 0
    private var blockIndex = ByteBuilder()
    private var blockCount = 0

    // The dictionary block that is being filled.
    private var block = ByteBuilder()
    private var lists = BitBuilder()
    private var skips = ByteBuilder(capacity: 64)
    /// What the last entry of `skips` says: bits of heads, and octets of lists that stand apart.
    private var skipped = (bits: 0, octets: 0)
    private var short = BitBuilder()
    private var list = ByteBuilder()
    private var termsInBlock = 0
    private var listsStart = 0
    private var lastKey = ByteBuilder(capacity: SegmentLayout.maximumKey)

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

    /// Begins a user, whose id is above those before, and who has so many mails.
    func begin(user: UInt32, mails: Int) {
        self.user = user
        rows = mails
        sectionStart = pages.offset
        listsStart = pages.offset
        blockIndex.removeAll()
        blockCount = 0
    }

    /// Adds a term, whose key (field and token) is above those before, with its mails.
    func add(key: UnsafeRawBufferPointer, _ postings: inout PostingsList) throws(IndexError) {
        if termsInBlock == 0 {
            beginBlock(key)
        } else if termsInBlock % SegmentLayout.termsPerSkip == 0 {
            appendSkip()
        }
        appendKey(key)
        try write(&postings)
        termsInBlock += 1
        if termsInBlock == SegmentLayout.termsPerBlock { try endBlock() }
    }

    /// Writes a list: a short one into the block, others before it.
    private func write(_ postings: inout PostingsList) throws(IndexError) {
        lists.append(golomb: postings.count - 1, order: 0)
        list.removeAll()
        if postings.count < SegmentLayout.packedFrom {
            short.removeAll()
            postings.encodeShort(of: rows, into: &short)
            guard short.count > SegmentLayout.inlineLimit else {
                lists.append(0, 1)
                return lists.append(short)
            }
            short.write(to: &list)
        } else {
            postings.encode(into: &list)
        }
        lists.append(1, 1)
        lists.append(golomb: list.count, order: ShortList.lengthOrder)
        lists.append(UInt64(postings.rows[0]), ShortList.rowBits(rows))
        try pages.write(list.bytes)
    }

    /// Appends what distinguishes a key from the one before.
    private func appendKey(_ key: UnsafeRawBufferPointer) {
        let limit = SegmentLayout.nibbleLimit
        let shared = termsInBlock == 0 ? 0 : Self.commonLength(lastKey.bytes, key)
        let length = key.count - shared
        block.append(UInt8(min(shared, limit) | min(length, limit) << 4))
        if shared >= limit { block.append(varint: shared - limit) }
        if length >= limit { block.append(varint: length - limit) }
        let rest = UnsafeRawBufferPointer(rebasing: key[shared...])
        block.append(rest)
        lastKey.truncate(to: shared)
        lastKey.append(rest)
    }

    /// Notes where the heads and the lists of the words that follow begin.
    private func appendSkip() {
        let place = (bits: lists.count, octets: pages.offset - listsStart)
        skips.append(varint: place.bits - skipped.bits)
        skips.append(varint: place.octets - skipped.octets)
        skipped = place
    }

    /// Ends the user with its mails.
    func endUser(_ mails: [Mail]) throws(IndexError) {
        try endBlock()
        let indexStart = pages.offset
        try pages.write(blockIndex.bytes)
        let columnsStart = pages.offset
        let columns = SegmentColumns(mails)
        block.removeAll()
        columns.encode(mails, into: &block)
        try pages.write(block.bytes)
        block.removeAll()
        directory.append(user)
        directory.append(UInt32(mails.count))
        directory.append(mails.last?.number ?? 0)
        directory.append(mails.first?.number ?? 0)
        directory.append(UInt32(blockCount))
        directory.append(columns.widths)
        directory.append(UInt64(sectionStart))
        directory.append(UInt64(indexStart - sectionStart))
        directory.append(UInt64(columnsStart - sectionStart))
        directory.append(columns.earliest)
        directory.append(columns.fieldWidths)
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
        blockIndex.append(Self.leading(key))
    }

    private func endBlock() throws(IndexError) {
        guard termsInBlock > 0 else { return }
        let offset = pages.offset - sectionStart
        blockIndex.append(UInt32(truncatingIfNeeded: offset))
        blockIndex.append(UInt16(truncatingIfNeeded: offset >> 32))
        list.removeAll()
        list.append(UInt8(termsInBlock))
        list.append(varint: pages.offset - listsStart)
        list.append(varint: block.count)
        list.append(varint: skips.count + (lists.count + 7) / 8)
        block.append(skips.bytes)
        lists.write(to: &block)
        try pages.write(list.bytes)
        try pages.write(block.bytes)
        block.removeAll()
        lists.removeAll()
        skips.removeAll()
        skipped = (0, 0)
        termsInBlock = 0
        blockCount += 1
    }

    /// The first eight octets of a key as a number that compares as the key does.
    @inline(__always)
    static func leading(_ key: UnsafeRawBufferPointer) -> UInt64 {
        guard let base = key.baseAddress else { return 0 }
        if key.count >= 8 { return UInt64(bigEndian: base.loadUnaligned(as: UInt64.self)) }
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | (index < key.count ? UInt64(base.u8(index)) : 0) }
        return value
    }

    private static func commonLength(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let mine = left.baseAddress, let theirs = right.baseAddress else { return 0 }
        let limit = min(left.count, right.count)
        var length = 0
        while length < limit, mine.u8(length) == theirs.u8(length) { length += 1 }
        return length
    }
}
