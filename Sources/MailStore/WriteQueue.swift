import Files
import GRDB
import Synchronization

/// Gathers the writes of all callers into transactions: while one is being made durable, the next ones wait together,
/// and then one commit serves them all.
final class WriteQueue: Sendable {
    private struct Job: Sendable {
        /// How many mails it is about.
        let weight: Int
        /// Does the work; what it returns is called after the commit.
        let perform: @Sendable (inout WriteTransaction) throws -> @Sendable () -> Void
        /// Tells the caller that nothing was done.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isRunning = false
        var isClosed = false
        var transactions = 0
    }

    /// How many mails one transaction may hold: past some hundreds a commit costs nothing a mail any more, and the
    /// first caller should not wait for the last of thousands.
    private static let weightLimit = 1_024

    private let pool: DatabasePool
    private let thread = BlockingThreads(count: 1, name: "sluice-mailbox")
    private let state = Mutex(State())

    init(pool: DatabasePool) {
        self.pool = pool
    }

    /// Transactions committed so far.
    var transactions: Int { state.withLock { $0.transactions } }

    /// Does some work in a transaction, perhaps together with other work, and returns when it is durable.
    ///
    /// If `body` throws, nothing of its work remains, whatever becomes of the other work.
    func write<Value: Sendable>(
        weight: Int, _ body: @escaping @Sendable (inout WriteTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job(
                    weight: weight,
                    perform: { transaction in
                        let value = try body(&transaction)
                        return { continuation.resume(returning: value) }
                    },
                    fail: { continuation.resume(throwing: MailStoreError.sorted($0)) }))
        }
    }

    /// Takes no more work, does what is waiting, and runs `last`.
    func close(_ last: @escaping @Sendable () throws -> Void) async throws {
        state.withLock { $0.isClosed = true }
        try await thread.run(last)
    }

    private func submit(_ job: Job) {
        enum Next { case run, wait, refuse }
        let next = state.withLock { state -> Next in
            guard !state.isClosed else { return .refuse }
            state.waiting.append(job)
            if state.isRunning { return .wait }
            state.isRunning = true
            return .run
        }
        switch next {
        case .run: thread.enqueue { [self] in drain() }
        case .wait: break
        case .refuse: job.fail(MailStoreError.closed)
        }
    }

    private func drain() {
        while let group = nextGroup() { commit(group) }
    }

    private func nextGroup() -> ArraySlice<Job>? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isRunning = false
                return nil
            }
            var (count, weight) = (0, 0)
            while count < state.waiting.count, count == 0 || weight + state.waiting[count].weight <= Self.weightLimit {
                weight += state.waiting[count].weight
                count += 1
            }
            let group = state.waiting[..<count]
            state.waiting.removeFirst(count)
            return group
        }
    }

    /// Tells the callers of a transaction that failed; if space ran out, those whose work still fits are served.
    private func retrySeparately(_ group: ArraySlice<Job>, after error: any Error) {
        let isOutOfSpace = (MailStoreError.sorted(error) as? MailStoreError)?.isOutOfSpace ?? false
        if isOutOfSpace, group.count > 1 {
            for index in group.indices { commit(group[index...index]) }
        } else {
            for job in group { job.fail(error) }
        }
    }

    private func commit(_ group: ArraySlice<Job>) {
        var done: [@Sendable () -> Void] = []
        var refused: [(Job, any Error)] = []
        do {
            try pool.writeWithoutTransaction { database in
                (done, refused) = ([], [])
                try database.inTransaction(.immediate) {
                    var transaction = try WriteTransaction(database)
                    for job in group {
                        do {
                            done.append(try transaction.separately(job.perform))
                        } catch  where database.isInsideTransaction {
                            refused.append((job, error))
                        }
                    }
                    try transaction.finish()
                    return .commit
                }
            }
        } catch {
            retrySeparately(group, after: error)
            return
        }
        state.withLock { $0.transactions += 1 }
        for resume in done { resume() }
        for (job, error) in refused { job.fail(error) }
    }
}
