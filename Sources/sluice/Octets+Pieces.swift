import Bytes
import Synchronization

extension Octets {
    /// How much of a message is on its way to a client at once.
    private static let piece = 256 << 10

    /// All octets, piece by piece, each copied when it is asked for.
    var pieces: AsyncStream<[UInt8]> {
        let position = Mutex(0)
        return AsyncStream {
            let range = position.withLock { start in
                let range = start..<min(start + Self.piece, self.count)
                start = range.upperBound
                return range
            }
            return range.isEmpty ? nil : self.array(range)
        }
    }
}
