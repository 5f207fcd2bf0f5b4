import Foundation

/// The form of what commands print with `--json` and of what the server answers.
enum JSON {
    /// An answer as one line, with sorted keys.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// An answer read back.
    static func decode<Value: Decodable>(_ type: Value.Type, from octets: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(octets))
    }

    /// Prints an answer as one line.
    static func say(_ value: some Encodable) throws {
        Terminal.say(String(decoding: try encode(value), as: UTF8.self))
    }
}
