import Bytes
import Glibc
import StageKit
import Synchronization

/// Gives messages their numbers.
final class MessageNumbers: Sendable {
    private let random = Mutex(StoredRandomness())

    /// The number of a new message.
    func next(at time: Timestamp) -> MessageID {
        random.withLock { MessageID(at: time, using: &$0) }
    }
}

/// The kernel's random numbers, many fetched at once: a call for each takes longer than all else about a message's number.
struct StoredRandomness: RandomNumberGenerator {
    /// Half a kilobyte, which the kernel gives in about the time that it takes to ask for it.
    private static let count = 64
    private var numbers: [UInt64] = []

    mutating func next() -> UInt64 {
        if let number = numbers.popLast() { return number }
        numbers = Array(repeating: 0, count: Self.count)
        arc4random_buf(&numbers, Self.count * MemoryLayout<UInt64>.size)
        return numbers.removeLast()
    }
}
