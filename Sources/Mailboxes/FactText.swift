package import StageKit

/// Facts as lines of text, `name: value`, in the order of their names: what the store keeps for people to read.
package enum FactText {
    /// The lines; octets are left out.
    package static func lines(_ facts: Facts) -> String {
        var lines = ""
        for (name, value) in facts.named {
            guard let text = text(of: value) else { continue }
            lines += name
            lines += ": "
            lines += text
            lines += "\n"
        }
        return lines
    }

    private static func text(of value: FactValue) -> String? {
        switch value {
        case .bool(let value): String(value)
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): oneLine(value)
        case .strings(let values): oneLine(values.joined(separator: ", "))
        case .bytes: nil
        }
    }

    /// A subject may hold anything, but a line ends where we say.
    private static func oneLine(_ text: String) -> String {
        text.utf8.contains { $0 < 0x20 }
            ? String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 })) : text
    }
}
