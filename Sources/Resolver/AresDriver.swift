import Files
import Synchronization

/// The door to the one thread that drives c-ares: questions go in, completions are called on that thread.
final class AresDriver: Sendable {
    typealias Completion = @Sendable (DNSResponse) -> Void

    struct Submission {
        let question: DNSQuestion
        let completion: Completion
    }

    private struct Inbox {
        var submissions: [Submission] = []
        var isClosed = false
    }

    private let inbox = Mutex(Inbox())
    private let signal: WakeSignal

    init(configuration: ResolverConfiguration) throws {
        signal = try WakeSignal()
        let loop = try AresLoop(configuration: configuration, wake: signal.descriptor)
        // The loop is made here so that its errors can be thrown, then belongs to its thread alone.
        nonisolated(unsafe) let owned = loop
        try DedicatedThread.start("sluice-dns") { [self] in
            while let submissions = take() { owned.turn(submissions) }
            owned.close()
        }
    }

    /// Sends a question; the completion is called exactly once.
    func submit(_ question: DNSQuestion, completion: @escaping Completion) {
        let (isClosed, wasEmpty) = inbox.withLock { inbox in
            guard !inbox.isClosed else { return (true, false) }
            inbox.submissions.append(Submission(question: question, completion: completion))
            return (false, inbox.submissions.count == 1)
        }
        if isClosed { completion(DNSResponse(.temporaryFailure(reason: "resolver is closed"))) }
        if wasEmpty { signal.raise() }
    }

    /// Ends the thread; questions under way fail.
    func close() {
        inbox.withLock { $0.isClosed = true }
        signal.raise()
    }

    /// What has arrived; nil once closed and drained.
    private func take() -> [Submission]? {
        signal.clear()
        return inbox.withLock { inbox in
            if inbox.isClosed, inbox.submissions.isEmpty { return nil }
            defer { inbox.submissions = [] }
            return inbox.submissions
        }
    }
}
