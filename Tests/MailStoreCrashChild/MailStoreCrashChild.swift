import Bytes
import Glibc
import MailStore
import StageKit

/// Delivers without end, from several tasks, and says on standard output which numbers are durable, until it is killed.
///
/// Arguments: the store's directory and the run's number, so that each run delivers other messages.
@main
enum MailStoreCrashChild {
    static let user = "ada@example.org"

    static func main() async throws {
        guard CommandLine.arguments.count == 3, let run = UInt64(CommandLine.arguments[2]) else { exit(EX_USAGE) }
        let store = try MailStore.open(directory: CommandLine.arguments[1])
        if try await store.user(for: user) == nil { _ = try await store.addUser(user) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { try await deliver(to: store, run: run, task: UInt64(task)) }
            }
            try await group.waitForAll()
        }
    }

    private static func deliver(to store: MailStore, run: UInt64, task: UInt64) async throws {
        for number in 0..<UInt64.max {
            let messages = (0..<3).map { MessageID(high: run, low: task << 32 | number << 2 | $0) }
            let batch = messages.map { message in
                var delivery = MailDelivery(message: message, recipient: user, received: Timestamp(seconds: 1))
                delivery.subject = message.description
                delivery.body = Array(repeating: UInt8(truncatingIfNeeded: message.low), count: 5_000)
                return delivery
            }
            for (message, result) in zip(messages, try await store.deliver(batch)) {
                report("\(message) \(try result.get().number)\n")
            }
        }
    }

    /// One write for each line, so that a line is told whole or not at all.
    private static func report(_ line: String) {
        let octets = Array(line.utf8)
        if write(STDOUT_FILENO, octets, octets.count) != octets.count { exit(EX_IOERR) }
    }
}
