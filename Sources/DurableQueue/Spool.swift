package import Bytes
import Files
package import StageKit
import Synchronization

/// The content of one large message on its way into the queue: a file of its own, written piece by piece.
///
/// All calls to the disk happen on the queue's threads for content, so nobody who calls is blocked. The message is not
/// accepted before ``DurableQueue/append(_:)`` returns; a spool that nobody holds any more before that is abandoned.
package final class Spool: Sendable {
    /// The message it is for.
    package let id: MessageID
    private let work: SpoolWork
    private let threads: BlockingThreads

    init(_ id: MessageID, work: SpoolWork, threads: BlockingThreads) {
        self.id = id
        self.work = work
        self.threads = threads
    }

    deinit { abandon() }

    /// Takes a piece; returns once it is written, though not yet durable.
    ///
    /// - Throws: ``QueueError/full(_:)``, ``QueueError/outOfSpace`` or another reason why nothing of the message is kept.
    package func append(_ piece: Octets) async throws(QueueError) {
        try await perform { (work) throws(QueueError) in try work.append(piece) }
    }

    /// The whole content, as memory that is mapped to the file, so that it takes none of the heap.
    ///
    /// It stays readable whatever becomes of the message: nobody cuts the file, and its removal leaves mappings alone.
    package func finish() async throws(QueueError) -> Octets {
        try await perform { (work) throws(QueueError) in try work.map() }
    }

    /// Makes the octets durable (the file's name is made durable by the commit), and leaves the file, and what it holds
    /// of the limits, to the queue.
    func handOver() async throws(QueueError) -> SpooledContent {
        try await perform { (work) throws(QueueError) in try work.handOver() }
    }

    /// Lets everything go, some time later.
    ///
    /// At any time, and harmless once the queue has taken the message.
    package func abandon() {
        guard !work.isOver else { return }
        threads.enqueue { [work] in work.abandon() }
    }

    /// Lets everything go, and returns once it is gone, so that another spool of the message may begin.
    package func discard() async {
        await withCheckedContinuation { continuation in
            threads.enqueue { [work] in
                work.abandon()
                continuation.resume()
            }
        }
    }

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (SpoolWork) throws(QueueError) -> Value
    ) async throws(QueueError) -> Value {
        let result: Result<Value, QueueError> = await withCheckedContinuation { continuation in
            threads.enqueue { [work] in
                do throws(QueueError) {
                    continuation.resume(returning: .success(try body(work)))
                } catch {
                    work.abandon()
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
