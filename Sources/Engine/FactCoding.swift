import Bytes
import StageKit

/// Facts as octets: a count, then for each a name, a type octet and the value.
enum FactCoding {
    // On disk; never renumber.
    private enum Tag: UInt8 {
        case bool = 1
        case int = 2
        case double = 3
        case string = 4
        case strings = 5
        case bytes = 6
    }

    static func append(_ facts: Facts, to writer: inout OctetWriter) {
        writer.append(count: facts.count)
        facts.forEachInPlace { name, value in
            guard case .string(let text) = value.pointee else {
                writer.append(name)
                return append(value.pointee, to: &writer)
            }
            // Most are texts.
            let textLength = text.utf8.count
            writer.append(upTo: name.count + textLength + 2 * OctetCursor.countLength + 1) { cursor in
                cursor.put(count: name.count)
                cursor.put(name)
                cursor.put(Tag.string.rawValue)
                cursor.put(count: textLength)
                cursor.put(text)
            }
        }
    }

    static func facts(from reader: inout OctetReader) throws(MalformedRecord) -> Facts {
        var facts = Facts()
        for _ in 0..<(try reader.countOfItems()) {
            let name = try reader.text()
            facts[name] = try value(from: &reader)
        }
        return facts
    }

    private static func append(_ value: FactValue, to writer: inout OctetWriter) {
        switch value {
        case .bool(let value):
            writer.append(Tag.bool.rawValue)
            writer.append(UInt8(value ? 1 : 0))
        case .int(let value):
            writer.append(Tag.int.rawValue)
            writer.append(Int64(value))
        case .double(let value):
            writer.append(Tag.double.rawValue)
            writer.append(value.bitPattern)
        case .string(let value):
            writer.append(Tag.string.rawValue)
            writer.append(value)
        case .strings(let values):
            writer.append(Tag.strings.rawValue)
            writer.append(count: values.count)
            for value in values { writer.append(value) }
        case .bytes(let value):
            writer.append(Tag.bytes.rawValue)
            writer.append(value.array)
        }
    }

    private static func value(from reader: inout OctetReader) throws(MalformedRecord) -> FactValue {
        guard let tag = Tag(rawValue: try reader.byte()) else { throw MalformedRecord() }
        switch tag {
        case .bool: return .bool(try reader.byte() != 0)
        case .int: return .int(Int(try reader.int64()))
        case .double: return .double(Double(bitPattern: try reader.uint64()))
        case .string: return .string(try reader.text())
        case .strings:
            var values: [String] = []
            for _ in 0..<(try reader.countOfItems()) { values.append(try reader.text()) }
            return .strings(values)
        case .bytes: return .bytes(Octets(try reader.octets()))
        }
    }
}
