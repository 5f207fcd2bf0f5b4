import Bytes
import DurableQueue

extension Spool {
    /// So much is written at once of content that a stage has rewritten.
    private static let piece = 1 << 20

    /// A spool for what a stage made of the content, in the place of this one, which is let go.
    func replaced(by content: Octets, in queue: DurableQueue) async throws(QueueError) -> Spool {
        await discard()
        let spool = queue.makeSpool(for: id)
        for start in stride(from: 0, to: content.count, by: Self.piece) {
            try await spool.append(content.slice(start..<min(start + Self.piece, content.count)))
        }
        return spool
    }
}

extension Octets {
    /// A range of the octets, without a copy.
    fileprivate func slice(_ range: Range<Int>) -> Octets {
        withUnsafeBytes(in: range) { bytes in Octets(adopting: bytes) { _ = self } }
    }
}
