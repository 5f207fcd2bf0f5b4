package import StageKit

/// Facts as lines of text, `name: value`, in the order of their names: what the store keeps for people to read.
package enum FactText {
    /// What the facts of a usual message take.
    private static let usualSize = 4_096

    /// The lines in UTF-8; facts that are octets are left out.
    package static func lines(_ facts: Facts) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(usualSize)
        facts.forEach { name, value in
            if case .bytes = value { return }
            append(name, to: &lines)
            lines.append(0x3A)
            lines.append(0x20)
            append(value, to: &lines)
            lines.append(0x0A)
        }
        return lines
    }

    private static func append(_ value: FactValue, to lines: inout [UInt8]) {
        switch value {
        case .bool(let value): lines.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value): lines.append(contentsOf: String(value).utf8)
        case .double(let value): lines.append(contentsOf: String(value).utf8)
        case .string(let value): append(value, to: &lines)
        case .strings(let values):
            for (index, value) in values.enumerated() {
                if index > 0 { lines.append(contentsOf: ", ".utf8) }
                append(value, to: &lines)
            }
        case .bytes: break
        }
    }

    /// A subject may hold anything, but a line ends where we say.
    private static func append(_ text: String, to lines: inout [UInt8]) {
        var text = text
        text.withUTF8 { text in
            if text.allSatisfy({ $0 >= 0x20 }) {
                lines.append(contentsOf: text)
            } else {
                lines.append(contentsOf: text.lazy.map { max($0, 0x20) })
            }
        }
    }
}
