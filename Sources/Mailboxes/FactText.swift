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
            guard var text = text(of: value) else { return }
            var name = name
            name.withUTF8 { name in
                text.withUTF8 { append(name, $0, to: &lines) }
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
    private static func append(
        _ name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, to lines: inout [UInt8]
    ) {
        // The line is put together beside the list, which then grows once for it.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count + text.count + 3) { line in
            let start = line.initialize(fromContentsOf: name) + 2
            line[start - 2] = 0x3A
            line[start - 1] = 0x20
            for offset in text.indices { line[start &+ offset] = max(text[offset], 0x20) }
            line[start + text.count] = 0x0A
            lines.append(contentsOf: line)
        }
    }
}
