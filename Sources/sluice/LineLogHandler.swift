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
            let text = if case .string(let text) = value { text } else { "\(value)" }
            line += quoted(text)
        }
        Terminal.note(line)
    }

    /// A value with a space, a quote or a control character stands in quotes, so that a line stays a line.
    private func quoted(_ value: String) -> String {
        // Most values are, and need no look at Unicode's tables.
        if !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }) {
            return value
        }
        let isPlain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && !Terminal.steers($0) }
        guard !isPlain || value.isEmpty else { return value }
        let escaped = value.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            default:
                Terminal.steers(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
