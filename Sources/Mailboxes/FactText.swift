import Bytes
package import StageKit

/// Facts as lines of text, `name: value`, in the order of their names: what the store keeps for people to read.
package enum FactText {
    /// What the facts of a usual message take.
    private static let usualSize = 4_096

    /// The lines in UTF-8; facts that are octets are left out, and those whose names end in a suffix, where there is one.
    package static func lines(_ facts: Facts, exceptEndingIn suffix: String = "") -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(usualSize)
        var suffix = suffix
        suffix.withUTF8 { suffix in
            facts.forEachInPlace { name, value in
                if !suffix.isEmpty, name.suffix(suffix.count).elementsEqual(suffix) { return }
                if case .string(let text) = value.pointee { return append(name, text, to: &lines) }
                if let text = text(of: value.pointee) { append(name, text, to: &lines) }
            }
        }
        return lines
    }

    private static func text(of value: FactValue) -> String? {
        switch value {
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .strings(let values): values.joined(separator: ", ")
        case .bytes: nil
        }
    }

    /// A subject may hold anything, but a line ends where we say.
    private static func append(_ name: UnsafeBufferPointer<UInt8>, _ text: String, to lines: inout [UInt8]) {
        lines.append(upTo: name.count + text.utf8.count + 3) { line in
            line.put(name)
            line.put(UInt8(ascii: ":"))
            line.put(UInt8(ascii: " "))
            line.put(text) { max($0, 0x20) }
            line.put(0x0A)
        }
    }
}
