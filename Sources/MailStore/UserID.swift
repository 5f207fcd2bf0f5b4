/// The number under which the store knows a user; never given twice.
package struct UserID: Sendable, Hashable, Comparable, Codable {
    /// The number, 1 or more.
    package let value: UInt32

    /// The user with that number.
    package init(value: UInt32) {
        self.value = value
    }

    /// Whether one user was added before the other.
    package static func < (left: UserID, right: UserID) -> Bool { left.value < right.value }

    /// Encodes the bare number.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    /// Decodes the bare number.
    package init(from decoder: any Decoder) throws {
        value = try decoder.singleValueContainer().decode(UInt32.self)
    }
}
