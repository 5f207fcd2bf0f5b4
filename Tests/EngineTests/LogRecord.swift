import Logging
import Synchronization

/// What was logged.
final class LogRecord: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    func append(_ line: Line) { kept.withLock { $0.append(line) } }

    /// The lines of a text.
    func lines(_ text: String) -> [Line] { lines.filter { $0.text == text } }
}

/// Keeps what operators would see by default.
struct RecordingLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let record: LogRecord

    init(_ record: LogRecord) { self.record = record }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let own = event.metadata ?? [:]
        record.append(
            LogRecord.Line(
                level: event.level, text: "\(event.message)", metadata: metadata.merging(own) { _, new in new }))
    }
}
