import Logging
import Synchronization

/// Keeps what is logged at `info` and above.
final class LineLog: Sendable {
    private let kept = Mutex<[(text: String, metadata: [String: String])]>([])

    /// The lines so far.
    var lines: [String] { kept.withLock { $0.map(\.text) } }

    /// The reasons that they give.
    var reasons: [String] { kept.withLock { $0.compactMap { $0.metadata["reason"] } } }

    /// What stands beside the lines of a text.
    func metadata(of text: String) -> [[String: String]] {
        kept.withLock { $0.filter { $0.text == text }.map(\.metadata) }
    }

    fileprivate func add(_ event: LogEvent) {
        kept.withLock { $0.append(("\(event.message)", (event.metadata ?? [:]).mapValues { "\($0)" })) }
    }

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: LineLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.add(event) }
    }
}
