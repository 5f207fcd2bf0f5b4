import Bytes
import Files
import StageKit

/// Reads messages back from the journal.
///
/// Its calls block.
struct MessageReader: Sendable {
    let fileSystem: any FileSystem
    let directory: String

    /// The record at a place, and the message's content, wherever that is.
    ///
    /// - Throws: ``QueueError/unreadable(_:file:offset:)`` if the place does not hold that message, whole;
    ///   ``QueueError/failed(_:)`` if the disk does not say.
    func read(_ id: MessageID, at location: Location) throws(QueueError) -> (record: MessageRecord, content: Octets) {
        let (record, content) = try readRecord(id, at: location)
        guard let spooled = record.spooled else { return (record, content) }
        return (record, try readSpool(of: id, spooled))
    }

    /// The record at a place, and the content that stands in it.
    func readRecord(_ id: MessageID, at location: Location) throws(QueueError) -> (
        record: MessageRecord, content: Octets
    ) {
        let name = SegmentName.segment(location.segment).text
        do throws(FileError) {
            let file = try fileSystem.open(directory + "/" + name, .read)
            defer { file.close() }
            let count = RecordHeader.size + location.length
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
            if let bytes = try adopt(memory, filledBy: file, at: location.offset),
                let message = Self.decode(bytes, id: id)
            {
                return message
            }
        } catch {
            // A segment that was retired meanwhile is gone; the caller looks where the message is now. A disk that
            // fails may do better at the next attempt.
            guard error.isMissing else { throw QueueError(error) }
        }
        throw .unreadable(id, file: name, offset: location.offset)
    }

    /// The octets at a place; `nil` where the file ends before.
    private func adopt(
        _ memory: UnsafeMutableRawBufferPointer, filledBy file: any File, at offset: Int
    ) throws(FileError) -> Octets? {
        nonisolated(unsafe) let owned = memory
        let whole = Octets(adopting: UnsafeRawBufferPointer(memory)) { owned.deallocate() }
        let count = try file.read(into: memory, at: offset)
        return count == memory.count ? whole : nil
    }

    private static func decode(_ bytes: Octets, id: MessageID) -> (MessageRecord, Octets)? {
        bytes.withUnsafeBytes { buffer in
            let payload = UnsafeRawBufferPointer(rebasing: buffer[RecordHeader.size...])
            guard let header = RecordHeader(buffer), header.length == payload.count, header.kind.isMessage,
                CRC32C.checksum(of: payload) == header.payloadChecksum
            else { return nil }
            var reader = OctetReader(payload)
            do {
                let isSpooled = header.kind == .acceptedSpooled || header.kind == .carriedSpooled
                let record = isSpooled ? try reader.spooledMessage() : try reader.message()
                guard record.id == id else { return nil }
                let content = UnsafeRawBufferPointer(rebasing: payload[(payload.count - record.contentCount)...])
                return (record, Octets(adopting: content) { _ = bytes })
            } catch {
                return nil  // whole, but none of ours: reported as unreadable
            }
        }
    }
}
