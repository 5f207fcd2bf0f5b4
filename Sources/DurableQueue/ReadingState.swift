import Bytes
import StageKit

/// What the reading thread has to do.
struct ReadingState {
    struct Job {
        var claimed: [Claimed]
        /// Where a message stands now: a segment may be retired while it is read.
        var location: @Sendable (MessageID) -> Location?
        var continuation: UnsafeContinuation<[Result<QueuedMessage, QueueError>], Never>
    }

    var jobs: [Job] = []
    var isClosed = false

    /// Serves jobs until the queue is closed and all are done; blocks.
    static func serve(_ monitor: Monitor<ReadingState>, with reader: MessageReader) {
        while true {
            let jobs: [Job]? = monitor.wait { state in
                if state.jobs.isEmpty { return state.isClosed ? .done(nil) : .wait(seconds: nil) }
                defer { state.jobs = [] }
                return .done(state.jobs)
            }
            guard let jobs else { return }
            for job in jobs { job.continuation.resume(returning: job.claimed.map { read($0, job, reader) }) }
        }
    }

    private static func read(
        _ claim: Claimed, _ job: Job, _ reader: MessageReader
    ) -> Result<QueuedMessage, QueueError> {
        var message = claim.message
        guard var location = claim.location else { return .success(message) }
        while true {
            do throws(QueueError) {
                let (record, content) = try reader.read(message.id, at: location)
                (message.head, message.content) = (record.head, content)
                return .success(message)
            } catch {
                guard let moved = job.location(message.id), moved != location else { return .failure(error) }
                location = moved
            }
        }
    }
}
