import Bytes
import Files
import StageKit

extension MessageReader {
    /// How much of a file is read at once to check it.
    private static let block = 1 << 20

    /// Content that stands in a file of its own.
    ///
    /// All of it is read and checked before it is mapped: a bad sector is then an error that sends the message to
    /// quarantine, where behind a mapping it would be a signal that ends the process (SIGBUS).
    ///
    /// - Throws: ``QueueError/unreadable(_:file:offset:)`` if it is not what was accepted.
    func readSpool(of id: MessageID, _ spooled: SpooledContent) throws(QueueError) -> Octets {
        let name = SegmentName.spool(id).text
        do throws(FileError) {
            let file = try fileSystem.open(directory + "/" + name, .read)
            defer { file.close() }
            let size = try file.size()
            if size == spooled.count, try Self.checksum(of: file, count: size) == spooled.checksum {
                return try file.map()
            }
        } catch {
            guard error.isMissing || error.code == 5 else { throw QueueError(error) }
        }
        throw .unreadable(id, file: name, offset: 0)
    }

    private static func checksum(of file: any File, count: Int) throws(FileError) -> UInt32 {
        var checksum = CRC32C()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count, block), alignment: 16)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: count, by: block) {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(block, count - start)])
            guard try file.read(into: part, at: start) == part.count else {
                throw FileError(.read, path: file.path, code: 5)
            }
            checksum.update(UnsafeRawBufferPointer(part))
        }
        return checksum.value
    }
}
