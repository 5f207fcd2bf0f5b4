import Bytes
import Logging

/// Writes each event as one line to standard error: time, level, text, then `key=value` in the order of the keys.
struct LineLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let own = event.metadata ?? [:]
        var all = Array(own)
        for entry in metadata where own[entry.key] == nil { all.append(entry) }
        all.sort { $0.key < $1.key }
        var line = "\(Clock.now().shown) \(event.level.rawValue) \(event.message)"
        for (key, value) in all {
            line += " "
            line += key
            line += "="
            line += quoted(Self.text(of: value))
        }
        Terminal.note(line)
    }

    private static func text(of value: Logger.MetadataValue) -> String {
        if case .string(let text) = value { text } else { value.description }
    }

    /// A value with a space, a quote or a control character stands in quotes, so that a line stays a line.
    private func quoted(_ value: String) -> String {
        // Most values are plain; there are several in each line.
        if !value.isEmpty, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 }) { return value }
        let isPlain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && !$0.steersTerminals }
        guard !isPlain || value.isEmpty else { return value }
        var escaped = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case _ where scalar.steersTerminals: escaped += scalar.escaped
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped + "\""
    }
}
