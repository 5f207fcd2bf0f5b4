import Bytes
import CBytes
import Files
import StageKit

/// What one segment holds, as far as it can be read.
struct SegmentScan {
    struct Found {
        var header: RecordHeader
        var offset: Int
        var record: Record
    }

    /// A stretch without readable records.
    struct Gap: Equatable {
        var offset: Int
        var count: Int
        /// The record that should have begun here.
        var sequence: UInt64
        /// Whether nothing in it had been durable when what follows was written.
        var isTorn: Bool
        var messages: [MessageID]
    }

    var number: UInt64
    var size: Int
    /// `nil` if the segment was never begun under this number, or its header cannot be read.
    var header: SegmentHeader?
    /// Whether the first octets are a header of another number, or nothing at all.
    var isUnbegun = false
    var records: [Found] = []
    var gaps: [Gap] = []
    /// The number that the next record would have.
    var end: UInt64
    /// What all records of the segment bear.
    private var salt: UInt64 = 0

    /// Reads a segment; `following` is the number after the last record of the segments before.
    init(number: UInt64, bytes: UnsafeRawBufferPointer, following: UInt64) {
        self.number = number
        size = bytes.count
        end = following
        let header = SegmentHeader(bytes)
        if let header, header.number == number {
            self.header = header
            end = header.firstSequence
        } else {
            isUnbegun = header != nil || bytes.prefix(SegmentHeader.size).allSatisfy { $0 == 0 }
        }
        salt = self.header?.salt ?? Self.salt(ofFirstRecordIn: bytes)
        readRecords(bytes)
    }

    /// The salt of a segment whose header cannot be read: the place of its first record is known, and is no mail's.
    private static func salt(ofFirstRecordIn bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard bytes.count > SegmentHeader.size else { return 0 }
        return RecordHeader(UnsafeRawBufferPointer(rebasing: bytes[SegmentHeader.size...]))?.salt ?? 0
    }

    /// Whether the file is shorter than it was made.
    var isCut: Bool { header.map { size < $0.size } ?? false }

    /// Whether octets that were durable cannot be read any more.
    var isDamaged: Bool { isCut || header == nil || gaps.contains { !$0.isTorn } }

    private mutating func readRecords(_ bytes: UnsafeRawBufferPointer) {
        var offset = SegmentHeader.size
        while offset < bytes.count {
            if let found = record(in: bytes, at: offset, from: end) {
                if found.header.sequence > end { note(found.header, offset..<offset, bytes) }
                take(found)
                offset += found.header.paddedSize
                continue
            }
            let group = nextGroup(bytes, after: offset)
            guard group == offset else {
                offset = group
                continue
            }
            guard let next = nextRecord(in: bytes, after: offset) else {
                noteTail(offset, bytes)
                return
            }
            note(next.header, offset..<next.offset, bytes)
            take(next)
            offset = next.offset + next.header.paddedSize
        }
    }

    private mutating func take(_ found: Found) {
        records.append(found)
        end = found.header.sequence + 1
    }

    /// Notes that records are missing before the one with this header.
    private mutating func note(_ next: RecordHeader, _ range: Range<Int>, _ bytes: UnsafeRawBufferPointer) {
        gaps.append(
            Gap(
                offset: range.lowerBound, count: range.count, sequence: end, isTorn: next.firstUnsynced <= end,
                messages: Self.messages(in: bytes, range)))
    }

    /// Where the next group begins, if there is nothing but zeros before it; `offset` if there is something.
    private func nextGroup(_ bytes: UnsafeRawBufferPointer, after offset: Int) -> Int {
        let block = min(FileBlock.roundUp(offset), bytes.count)
        guard let base = bytes.baseAddress else { return offset }
        return sluice_is_zero(base + offset, block - offset) ? block : offset
    }

    /// Notes what lies behind the last record, unless it is the mark of the end or a remnant of earlier use.
    private mutating func noteTail(_ offset: Int, _ bytes: UnsafeRawBufferPointer) {
        if isEnd(bytes, at: offset) { return }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        if let stale = RecordHeader(rest, salt: nil), stale.sequence < end { return }
        // What stands where a group would begin is the middle of an old mail, or a record of ours that was damaged.
        if offset % FileBlock.size == 0, !RecordHeader.bearsTrace(of: salt, rest) { return }
        gaps.append(
            Gap(
                offset: offset, count: rest.count, sequence: end, isTorn: true,
                messages: Self.messages(in: bytes, offset..<bytes.count)))
    }

    /// Whether the mark of the end stands there; what is behind it is a remnant of the segment's earlier use.
    private func isEnd(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        bytes[offset...].prefix(RecordHeader.alignment).allSatisfy { $0 == 0 }
    }

    private func nextRecord(in bytes: UnsafeRawBufferPointer, after offset: Int) -> Found? {
        var start = offset + 1
        let magic = RecordHeader.mark(of: salt).littleEndian
        while start < bytes.count, let base = bytes.baseAddress {
            let hit = withUnsafeBytes(of: magic) { needle in
                sluice_memmem(base + start, bytes.count - start, needle.baseAddress, needle.count)
            }
            guard let hit else { return nil }
            start = hit - base
            if start % RecordHeader.alignment == 0, let found = record(in: bytes, at: start, from: end) {
                return found
            }
            start += 1
        }
        return nil
    }

    /// The record at an offset, if it is whole and no remnant of earlier use.
    private func record(in bytes: UnsafeRawBufferPointer, at offset: Int, from first: UInt64) -> Found? {
        guard let header = RecordHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...]), salt: salt),
            header.sequence >= first, header.length <= bytes.count - offset - RecordHeader.size
        else { return nil }
        let start = offset + RecordHeader.size
        let payload = UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.length])
        guard CRC32C.checksum(of: payload) == header.payloadChecksum else { return nil }
        do {
            return Found(header: header, offset: offset, record: try Record(header.kind, payload: payload))
        } catch {
            return nil  // a gap, which is reported
        }
    }

    /// The messages that a gap held, as far as their headers are whole.
    private static func messages(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> [MessageID] {
        var messages: [MessageID] = []
        var offset = range.lowerBound
        while offset < range.upperBound,
            let header = RecordHeader(UnsafeRawBufferPointer(rebasing: bytes[offset...])),
            header.kind.isMessage
        {
            var reader = OctetReader(UnsafeRawBufferPointer(rebasing: bytes[(offset + RecordHeader.size)...]))
            do { messages.append(try reader.id()) } catch { break }
            offset += header.paddedSize
        }
        return messages
    }
}
