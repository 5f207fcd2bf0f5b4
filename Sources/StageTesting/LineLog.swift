public import Logging
import Synchronization

/// Keeps what is logged at `info` and above, so that a test can look at it.
public final class LineLog: Sendable {
    private let kept = Mutex<[(text: String, metadata: [String: String])]>([])

    /// A log without lines.
    public init() {}

    /// The lines so far.
    public var lines: [String] { kept.withLock { $0.map(\.text) } }

    /// The reasons that they give.
    public var reasons: [String] { kept.withLock { $0.compactMap { $0.metadata["reason"] } } }

    /// What stands beside the lines of a text.
    public func metadata(of text: String) -> [[String: String]] {
        kept.withLock { $0.filter { $0.text == text }.map(\.metadata) }
    }

    fileprivate func add(_ event: LogEvent) {
        kept.withLock { $0.append(("\(event.message)", (event.metadata ?? [:]).mapValues { "\($0)" })) }
    }

    /// A logger that writes here.
    public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

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
