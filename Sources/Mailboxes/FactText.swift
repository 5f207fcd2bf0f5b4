import Bytes
package import StageKit

/// Facts as lines of text, `name: value`, in the order of their names: what the store keeps for people to read.
package enum FactText {
    /// What the facts of a usual message take.
    private static let usualSize = 4_096

    /// The lines in UTF-8; facts that are octets are left out, and those for whose names `isShown` says so.
    package static func lines(
        _ facts: Facts, where isShown: (_ name: String) -> Bool = { _ in true }
    ) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(usualSize)
        facts.forEachInPlace { name, value in
            guard isShown(name) else { return }
            if case .string(let text) = value.pointee { return append(name, text, to: &lines) }
            if let text = text(of: value.pointee) { append(name, text, to: &lines) }
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
    private static func append(_ name: String, _ text: String, to lines: inout [UInt8]) {
        lines.append(upTo: name.utf8.count + text.utf8.count + 3) { line in
            line.put(name)
            line.put(UInt8(ascii: ":"))
            line.put(UInt8(ascii: " "))
            line.put(text) { max($0, 0x20) }
            line.put(0x0A)
        }
    }
}
