package import Bytes

/// How much of one pipeline the queue takes in; at a limit new mail is refused, and what was accepted goes on.
package struct PipelineLimits: Sendable, Hashable {
    /// How many of its messages may be pending or in quarantine.
    package var messages: Int
    /// How much space they may take in the queue.
    package var size: ByteCount
    /// How much space must be left on the disk, beside the message.
    package var diskReserve: ByteCount

    /// Limits of these sizes.
    package init(messages: Int, size: ByteCount, diskReserve: ByteCount) {
        self.messages = messages
        self.size = size
        self.diskReserve = diskReserve
    }

    /// No limits but those of the whole queue.
    package static let none = PipelineLimits(
        messages: .max, size: ByteCount(octets: .max), diskReserve: ByteCount(octets: 0))
}
