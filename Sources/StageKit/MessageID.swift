public import Bytes

/// The number under which the server knows one accepted message, from queue to mailbox.
///
/// 128 bits: milliseconds since 1970 (48 bits, so that numbers sort by arrival), then randomness (80 bits). Written as
/// 26 characters of Crockford's base 32, as in `01JD8Y3V9QZ0M4T7W2K5X6A1BC`.
public struct MessageID: Sendable, Hashable, Comparable {
    /// The upper 64 bits: the time and 16 random bits.
    public let high: UInt64
    /// The lower 64 bits, all random.
    public let low: UInt64

    /// The number with these bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new number.
    public init(at time: Timestamp, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(bitPattern: time.microseconds / 1_000)
        high = milliseconds << 16 | UInt64(UInt16.random(in: .min ... .max, using: &generator))
        low = generator.next()
    }

    /// Reads the written form, in either letter case; `nil` if it is none.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for character in text.utf8 {
            let upper = character >= 0x61 ? character & 0xDF : character
            guard high >> 59 == 0, let digit = Self.alphabet.firstIndex(of: upper) else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }

    /// Whether one message came before the other.
    public static func < (left: MessageID, right: MessageID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    private static let length = 26
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
}

extension MessageID: CustomStringConvertible {
    /// The written form.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.length) { buffer in
            var (high, low) = (high, low)
            for position in (0..<Self.length).reversed() {
                buffer[position] = Self.alphabet[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return Self.length
        }
    }
}

extension MessageID: Codable {
    /// Encodes the written form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Decodes the written form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = MessageID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not a message id")
        }
        self = id
    }
}
