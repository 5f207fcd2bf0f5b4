import DurableQueue
import Logging

/// Looks now and then whether the ledger is right and the journal readable, and logs an error if not.
struct LedgerWatch: Sendable {
    /// Often enough for an operator, and seldom enough to go through a million messages.
    static let period: Duration = .seconds(60)

    let queue: DurableQueue
    let logger: Logger

    /// Watches until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            do {
                try await Task.sleep(for: Self.period)
            } catch {
                return
            }
        }
    }

    /// Compares the ledger with the messages once.
    func look() {
        for finding in queue.takeFindings() {
            logger.error("the queue's files are damaged", metadata: ["finding": "\(finding)"])
        }
        for (pipeline, discrepancy) in queue.discrepancies() {
            logger.error(
                "the ledger does not balance", metadata: ["pipeline": "\(pipeline)", "reason": "\(discrepancy)"])
        }
    }
}
